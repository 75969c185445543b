using System.Text.Json;
using AiGateway.ControlPlane.Envoy;

namespace AiGateway.ControlPlane.Tests.Support;

/// <summary>Manifests as Envoy gets them.</summary>
internal static class EnvoyCase
{
    /// <summary>Few paths, so that what matters in a golden file can be seen.</summary>
    public static readonly EnvoyOptions Options = new()
    {
        AiPaths =
        [
            new AiPathSet("openai", ["/v1/chat/completions", "/v1/models"], ["/v1/models/"], "", new AiErrors("""{"error":"no such model","request_id":"%REQ(X-REQUEST-ID)%"}""", """{"error":"unknown path"}""", """{"error":"reset"}""", """{"error":"timeout"}""")),
            new AiPathSet("anthropic", ["/anthropic/v1/messages"], [], "/anthropic", new AiErrors("""{"type":"error"}""", """{"type":"unknown path"}""", """{"type":"reset"}""", """{"type":"timeout"}""")),
        ],
    };

    public static EnvoyTranslation Translate(string yaml, EnvoyOptions? options = null) =>
        EnvoyTranslator.Translate(
            Compile.Text(yaml, static variable => variable.StartsWith("TEST_", StringComparison.Ordinal) ? variable.ToLowerInvariant() : null).Snapshot,
            options ?? Options);

    /// <summary>The input of a golden case.</summary>
    public static string Golden(string name) => File.ReadAllText(Path.Combine(Repository.Golden, name, "in.yaml"));

    public static string Yaml(EnvoyTranslation translation)
    {
        using var output = new StringWriter { NewLine = "\n" };
        translation.WriteYaml(output);
        return output.ToString();
    }

    public static JsonElement Json(EnvoyTranslation translation)
    {
        using var output = new StringWriter();
        translation.WriteJson(output);
        return JsonElement.Parse(output.ToString());
    }

    /// <summary>Virtual hosts of the first listener.</summary>
    public static IEnumerable<JsonElement> VirtualHosts(JsonElement bootstrap) => bootstrap.GetProperty("static_resources").GetProperty("listeners")[0].GetProperty("filter_chains")[0]
        .GetProperty("filters")[0].GetProperty("typed_config").GetProperty("route_config").GetProperty("virtual_hosts").EnumerateArray();

    /// <summary>Names of the routes of a virtual host, in order.</summary>
    public static IReadOnlyList<string> Routes(JsonElement bootstrap, string domain) =>
        [.. VirtualHosts(bootstrap).Single(host => host.GetProperty("domains")[0].GetString() == domain).GetProperty("routes").EnumerateArray().Select(static route => route.GetProperty("name").GetString()!)];

    public static JsonElement Cluster(JsonElement bootstrap, string name) =>
        bootstrap.GetProperty("static_resources").GetProperty("clusters").EnumerateArray().Single(cluster => cluster.GetProperty("name").GetString() == name);
}

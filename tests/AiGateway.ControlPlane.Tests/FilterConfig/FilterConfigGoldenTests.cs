using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.FilterConfig;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests.FilterConfig;

/// <summary>Documents of the peer's controller and what they amount to. <c>AIGW_UPDATE_GOLDEN=1</c> rewrites the expectations.</summary>
public sealed class FilterConfigGoldenTests
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string s_golden = Path.Combine(Repository.Tests, "FilterConfig", "Golden");

    public static TheoryData<string> Cases { get; } = new(Directory.EnumerateDirectories(s_golden).Select(static folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Document_Read_GivesRecordedSnapshotAndFindings(string name)
    {
        var folder = Path.Combine(s_golden, name);

        var result = FilterConfigReader.Read(File.ReadAllText(Path.Combine(folder, "in.yaml")), "config.yaml");

        Assert.False(result.HasErrors);
        Expect(Path.Combine(folder, "snapshot.json"), Snapshot(result));
        Expect(Path.Combine(folder, "findings.txt"), Findings(result));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Document_Shown_KeepsItsSecrets(string name)
    {
        var result = FilterConfigReader.Read(File.ReadAllText(Path.Combine(s_golden, name, "in.yaml")), "config.yaml");

        Assert.DoesNotContain("never", Snapshot(result) + Findings(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Document_AsJson_GivesTheSameRevision()
    {
        const string Yaml = """
            backends:
            - name: b
              schema: {name: OpenAI, prefix: v1}
              auth:
                apiKey: {key: "a$b"}
            """;
        const string Json = """{"version":"other","uuid":"2","backends":[{"name":"b","schema":{"name":"OpenAI","version":"","prefix":"v1"},"auth":{"apiKey":{"key":"a$b"}}}],"models":null}""";

        var (yaml, json) = (FilterConfigReader.Read(Yaml, "config.yaml"), FilterConfigReader.Read(Json, "config.json"));

        Assert.Empty(yaml.Findings.Lines());
        Assert.Empty(json.Findings.Lines());
        Assert.StartsWith("sha256:", yaml.Snapshot.Revision, StringComparison.Ordinal);
        Assert.Equal(yaml.Snapshot.Revision, json.Snapshot.Revision);
    }

    [Theory]
    [InlineData("", "config.yaml: error: the document is empty; it is read again when it has content")]
    [InlineData("a: [", "config.yaml:1:5: error:")]
    [InlineData("- a", "config.yaml:1:1: error: the document must be an object, found array; write members such as backends")]
    [InlineData("backends: []\n---\nbackends: []", "config.yaml:3:1: error: there must be one document, this is another; remove it")]
    [InlineData("backends: {}", "config.yaml:1:1: error: backends: backends in body must be of type array: \"object\"")]
    [InlineData("uuid: 1\nquotas: []", "config.yaml:2:1: error: quotas: unknown field \"quotas\"; remove it")]
    [InlineData("apiVersion: v1\nkind: Secret", "config.yaml:2:7: error: kind \"Secret\": this is a Kubernetes object, not a filter configuration; name manifests without a flag: aigw extproc FILE")]
    [InlineData("llmRequestCosts: [{metadataKey: k, routeName: r, type: CEL, cel: 1 +}]", "config.yaml:1:66: error: llmRequestCosts[0].cel \"1 +\": invalid CEL expression:")]
    [InlineData("llmRequestCosts: [{metadataKey: k, routeName: r, type: InputToken, user: u}]", "config.yaml:1:74: error: llmRequestCosts[0].user \"u\": unknown field \"llmRequestCosts[0].user\"")]
    [InlineData("globalLLMRequestCosts: [{metadataKey: k, type: AudioToken}]", "config.yaml:1:48: error: globalLLMRequestCosts[0].type: Unsupported value: \"AudioToken\"")]
    public void Document_ThatCannotBeUsed_IsRefusedAtItsPlace(string text, string expected)
    {
        var result = FilterConfigReader.Read(text, "config.yaml");

        Assert.True(result.HasErrors);
        Assert.Contains(result.Findings.Lines(), line => line.StartsWith(expected, StringComparison.Ordinal));
    }

    private static string Findings(CompilationResult result) => string.Concat(result.Findings.Select(static finding => FindingWriter.ToText(finding) + "\n"));

    private static void Expect(string file, string actual)
    {
        if (Environment.GetEnvironmentVariable("AIGW_UPDATE_GOLDEN") == "1") File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }

    private static string Snapshot(CompilationResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json)) SnapshotJson.WriteRedacted(json, result.Snapshot);
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}

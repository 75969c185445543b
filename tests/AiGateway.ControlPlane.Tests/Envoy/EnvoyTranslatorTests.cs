using AiGateway.ControlPlane.Envoy;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests.Envoy;

public sealed class EnvoyTranslatorTests
{
    [Fact]
    public void Routes_OfAnExactHost_HaveItsOwnFirstAndThenThoseOfWiderHosts()
    {
        var bootstrap = EnvoyCase.Json(EnvoyCase.Translate(EnvoyCase.Golden("envoy-hosts")));

        Assert.Equal(
            [
                "httproute/default/everywhere/rule/0/direct/tenant.example.com", "httproute/default/everywhere/rule/1/direct/tenant.example.com", "httproute/default/tenant/rule/0/direct/tenant.example.com",
                "direct/unknown", // ahead of every route that does not ask for a name
                "httproute/default/tenant/rule/0/match/0/tenant.example.com",
                "httproute/default/everywhere/rule/1/match/0/tenant.example.com", // two headers before one
                "httproute/default/everywhere/rule/0/match/0/tenant.example.com",
                "ai-entry/openai", "ai-entry/anthropic", "unknown-path/anthropic", "unknown-path/openai",
            ],
            EnvoyCase.Routes(bootstrap, "tenant.example.com"));
    }

    [Fact]
    public void Routes_OfAListenerWithoutAny_DoNotComeFromAWiderListener() =>
        Assert.Empty(EnvoyCase.Routes(EnvoyCase.Json(EnvoyCase.Translate(EnvoyCase.Golden("envoy-hosts"))), "closed.example.com"));

    [Fact]
    public void AiRoutes_OfEveryCase_AskForTheModelHeaderAndEnableTheService()
    {
        var routes = EnvoyCase.VirtualHosts(EnvoyCase.Json(EnvoyCase.Translate(EnvoyCase.Golden("envoy-fallback"))))
            .SelectMany(static host => host.GetProperty("routes").EnumerateArray()).Where(static route => route.GetProperty("name").GetString()?.StartsWith("unknown-path/", StringComparison.Ordinal) == false).ToList();

        Assert.Equal(8, routes.Count);
        Assert.All(routes, static route => Assert.True(route.GetProperty("typed_per_filter_config").TryGetProperty("envoy.filters.http.ext_proc/aigateway", out _)));
        Assert.All(
            routes.Where(static route => route.TryGetProperty("metadata", out _)),
            static route => Assert.Contains(route.GetProperty("match").GetProperty("headers").EnumerateArray(), static header => header.GetProperty("name").GetString() is "x-ai-eg-model" or "x-ai-eg-route"));
    }

    [Fact]
    public void Rule_WithoutUsableBackend_IsAnswered500WithoutCluster()
    {
        var bootstrap = EnvoyCase.Json(EnvoyCase.Translate(EnvoyCase.Golden("envoy-fallback")));

        var route = EnvoyCase.VirtualHosts(bootstrap).Single().GetProperty("routes").EnumerateArray().Single(static route => route.GetProperty("name").GetString()!.Contains("/rule/2/", StringComparison.Ordinal));

        Assert.Equal(500, route.GetProperty("direct_response").GetProperty("status").GetInt32());
        Assert.False(route.TryGetProperty("route", out _));
    }

    [Fact]
    public void Backends_OfMixedProtocolsWithoutTls_AreAnErrorAndNotServed()
    {
        var yaml = EnvoyCase.Golden("envoy-tls").Replace("{name: unchecked, priority: 2}", "{name: h2c, priority: 2}", StringComparison.Ordinal);

        var translation = EnvoyCase.Translate(yaml);

        var finding = Assert.Single(translation.Findings, static finding => finding.Severity == FindingSeverity.Error);
        Assert.Equal("AIGatewayRoute default/models", finding.Object!.ToString());
        Assert.Equal("spec.rules[0].backendRefs", finding.Path);
        Assert.DoesNotContain("httproute/default/models/rule/0\"", EnvoyCase.Json(translation).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Listeners_OfOnePortWithOtherLimits_GetTheLargestAndAWarning()
    {
        var translation = EnvoyCase.Translate(EnvoyCase.Golden("envoy-hosts"));

        Assert.Contains("port 8080", Assert.Single(translation.Findings).Reason, StringComparison.Ordinal);
        var listener = EnvoyCase.Json(translation).GetProperty("static_resources").GetProperty("listeners")[0];
        Assert.Equal(100 * 1024 * 1024, listener.GetProperty("per_connection_buffer_limit_bytes").GetInt64());
    }

    [Theory]
    [InlineData("traffic", false)]
    [InlineData("envoy-tls", true)]
    public void PrivateKeys_InTheText_AreAnnounced(string golden, bool expected) => Assert.Equal(expected, EnvoyCase.Translate(EnvoyCase.Golden(golden)).HoldsPrivateKeys);

    [Theory]
    [InlineData("traffic")]
    [InlineData("isolation")]
    [InlineData("guide")]
    public void Credentials_OfProviders_AreNotInTheText(string golden)
    {
        var text = EnvoyCase.Yaml(EnvoyCase.Translate(EnvoyCase.Golden(golden)));

        Assert.All((string[])["never-shown", "test_key", "KIVOYO_API_KEY"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public void PlainHttpAlone_NeedsNoService()
    {
        var bootstrap = EnvoyCase.Json(EnvoyCase.Translate(EnvoyCase.Golden("plain-http")));

        Assert.DoesNotContain("ext_proc", bootstrap.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("ai-entry", bootstrap.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_OfBackends_AreThoseOfLocalities()
    {
        var cluster = EnvoyCase.Cluster(EnvoyCase.Json(EnvoyCase.Translate(EnvoyCase.Golden("envoy-fallback"))), "httproute/default/models/rule/0");

        var localities = cluster.GetProperty("load_assignment").GetProperty("endpoints").EnumerateArray().ToList();

        Assert.Equal([(3, 0, 2), (1, 0, 1), (1, 1, 1)], localities.Select(static locality => (locality.GetProperty("load_balancing_weight").GetInt32(), locality.GetProperty("priority").GetInt32(), locality.GetProperty("lb_endpoints").GetArrayLength())));
    }

    [Fact]
    public void Text_OfTheSameSnapshot_IsTheSame() =>
        Assert.Equal(EnvoyCase.Yaml(EnvoyCase.Translate(EnvoyCase.Golden("envoy-hosts"))), EnvoyCase.Yaml(EnvoyCase.Translate(EnvoyCase.Golden("envoy-hosts"))));

    [Fact]
    public void Yaml_ReadByAYamlReader_SaysWhatTheJsonSays()
    {
        var translation = EnvoyCase.Translate(EnvoyCase.Golden("envoy-tls"));
        var stream = new YamlDotNet.RepresentationModel.YamlStream();
        stream.Load(new StringReader(EnvoyCase.Yaml(translation)));

        Assert.True(Same(EnvoyCase.Json(translation), stream.Documents[0].RootNode));
    }

    [Theory]
    [InlineData("10.0.0.1:1063", "10.0.0.1", 1063, null)]
    [InlineData(":9002", "127.0.0.1", 9002, null)]
    [InlineData("[::1]:1063", "::1", 1063, null)]
    [InlineData("extproc.svc:1063", "extproc.svc", 1063, null)]
    [InlineData("unix:///run/extproc.sock", null, 0, "/run/extproc.sock")]
    public void ExtProcAddress_Readable_IsRead(string text, string? host, int port, string? path)
    {
        Assert.True(ExtProcAddress.TryParse(text, out var address));
        Assert.Equal(new ExtProcAddress(host, port, path), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("http://host:80")]
    [InlineData("::1:80")]
    [InlineData("unix://relative")]
    public void ExtProcAddress_Unreadable_IsRefused(string text) => Assert.False(ExtProcAddress.TryParse(text, out _));

    private static bool Same(System.Text.Json.JsonElement json, YamlDotNet.RepresentationModel.YamlNode yaml) => (json.ValueKind, yaml) switch
    {
        (System.Text.Json.JsonValueKind.Object, YamlDotNet.RepresentationModel.YamlMappingNode mapping) =>
            json.EnumerateObject().Count() == mapping.Children.Count && json.EnumerateObject().All(member => mapping.Children.TryGetValue(member.Name, out var child) && Same(member.Value, child)),
        (System.Text.Json.JsonValueKind.Array, YamlDotNet.RepresentationModel.YamlSequenceNode sequence) =>
            json.GetArrayLength() == sequence.Children.Count && json.EnumerateArray().Zip(sequence.Children).All(static pair => Same(pair.First, pair.Second)),
        (_, YamlDotNet.RepresentationModel.YamlScalarNode scalar) => json.ToString() == scalar.Value || (json.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False && json.GetRawText() == scalar.Value),
        _ => false,
    };
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using AiGateway.Cli.Commands;
using AiGateway.Cli.Tests.Support;
using AiGateway.DataPlane.Endpoints;

namespace AiGateway.Cli.Tests.Commands;

public sealed class TranslateToEnvoyTests
{
    private const string Routes = """
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIGatewayRoute
        metadata: {name: r}
        spec:
          parentRefs: [{name: g}]
          rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: b}]}]
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIServiceBackend
        metadata: {name: b}
        spec: {schema: {name: OpenAI}, backendRef: {name: b, kind: Backend, group: gateway.envoyproxy.io}}
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: Backend
        metadata: {name: b}
        spec: {endpoints: [{ip: {address: 127.0.0.1, port: 8080}}]}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: BackendSecurityPolicy
        metadata: {name: b}
        spec:
          targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: b}]
          type: APIKey
          apiKey: {secretRef: {name: s}}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: s}
        stringData: {apiKey: sk-very-secret}
        ---

        """;

    private const string PlainGateway = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: g}
        spec: {gatewayClassName: any, listeners: [{name: http, protocol: HTTP, port: 1975}]}

        """;

    [Theory]
    [InlineData("yaml", "port_value: 4001")]
    [InlineData("json", "\"port_value\": 4001")]
    public async Task Translate_ToEnvoy_TakesAddressesAndHoldsNoCredential(string format, string port)
    {
        using var cli = new TestCli();

        Assert.Equal(0, await cli.RunAsync("translate", "--to", "envoy", "-o", format, "--extproc-addr", "unix:///run/p.sock", "--envoy-admin-port", "4001", "--listen-address", "127.0.0.9", cli.WriteFile("c.yaml", Routes + PlainGateway)));

        Assert.Equal("", cli.Error.Text);
        Assert.All((string[])["/run/p.sock", port, "127.0.0.9", "default/b/route/r/rule/0/ref/0"], text => Assert.Contains(text, cli.Output.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("sk-very-secret", cli.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Translate_ToEnvoyWithTls_WarnsOfPrivateKeys()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=a.example.com", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var pem = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        var keyPem = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        using var cli = new TestCli();
        var file = cli.WriteFile("c.yaml", $$"""
            {{Routes}}apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: g}
            spec: {gatewayClassName: any, listeners: [{name: https, protocol: HTTPS, port: 8443, tls: {certificateRefs: [{name: tls}] } }]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: tls}
            data: {tls.crt: {{pem}}, tls.key: {{keyPem}}}
            """);

        Assert.Equal(0, await cli.RunAsync("translate", "--to", "envoy", file));

        Assert.Contains("private keys", cli.Error.Text, StringComparison.Ordinal);
        Assert.Contains("BEGIN PRIVATE KEY", cli.Output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN PRIVATE KEY", cli.Error.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--extproc-addr", "nonsense")]
    [InlineData("--envoy-admin-port", "70000")]
    [InlineData("--listen-address", "localhost")]
    public async Task Translate_ToEnvoyWithAnOptionThatCannotBe_NamesIt(string option, string value)
    {
        using var cli = new TestCli();

        Assert.NotEqual(0, await cli.RunAsync("translate", "--to", "envoy", option, value, cli.WriteFile("c.yaml", Routes + PlainGateway)));

        Assert.Contains(option, cli.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("static_resources", cli.Output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key: session.id", null)]
    [InlineData("key: tenant", "x-tenant:tenant")]
    public async Task Translate_ToEnvoy_LogsTheHeadersThatTheGatewayLogs(string expected, string? variable)
    {
        using var cli = variable is null ? new TestCli() : new TestCli(("OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES", variable));

        Assert.Equal(0, await cli.RunAsync("translate", "--to", "envoy", cli.WriteFile("c.yaml", Routes + PlainGateway)));

        Assert.Contains(expected, cli.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AiPaths_ForEnvoy_CoverEveryEndpointOfTheCatalogue()
    {
        var sets = EnvoyTarget.Paths(EndpointPrefixes.Default);
        var catalog = new EndpointCatalog(EndpointPrefixes.Default);

        Assert.All(sets.SelectMany(static set => set.Paths), path => Assert.NotNull(catalog.Find(path)));
        Assert.All(EndpointCatalog.All, endpoint => Assert.Contains(EndpointPrefixes.Default.Path(endpoint), sets.SelectMany(static set => set.Paths)));
        Assert.All(sets.SelectMany(static set => set.Below), path => Assert.True(catalog.TryFindModel(path + "some/model", out _, out _)));
        Assert.All(sets, static set => Assert.Matches(new Regex("model_not_found"), set.Errors.NotFound));
    }
}

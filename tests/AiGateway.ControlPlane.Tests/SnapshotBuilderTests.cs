using System.Globalization;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

public sealed class SnapshotBuilderTests
{
    private static readonly string[] s_goldenSecrets = ["never-shown", "test_key"];

    private static string Example => File.ReadAllText(Path.Combine(Repository.Root, "examples", "guide", "gateway.yaml"));

    [Fact]
    public void Revision_OfTheSameContentLoadedLater_IsTheSame()
    {
        var resources = Compile.Read(Example, Key("a"));

        var later = SnapshotBuilder.Build(resources, Compile.Options with { LoadTime = Compile.Options.LoadTime.AddDays(1) });

        Assert.Equal(SnapshotBuilder.Build(resources, Compile.Options).Snapshot.Revision, later.Snapshot.Revision);
        Assert.Matches("^sha256:[0-9a-f]{64}$", later.Snapshot.Revision);
    }

    [Fact]
    public void Revision_AfterAKeyWasRotated_IsAnother() =>
        Assert.NotEqual(Compile.Text(Example, Key("a")).Snapshot.Revision, Compile.Text(Example, Key("b")).Snapshot.Revision);

    [Fact]
    public void Revision_WithDocumentsInAnyOrder_IsTheSame()
    {
        var documents = Example.Split("---\n");

        Assert.Equal(Compile.Text(Example, Key("a")).Snapshot.Revision, Compile.Text(string.Join("---\n", documents.Reverse()), Key("a")).Snapshot.Revision);
    }

    [Theory]
    [InlineData(null, "00:01:00")]
    [InlineData("timeouts: {}", "00:01:00")]
    [InlineData("timeouts: {backendRequest: 5s}", "00:01:00")]
    [InlineData("timeouts: {request: 90s}", "00:01:30")]
    [InlineData("timeouts: {request: 1h2m3s4ms}", "01:02:03.0040000")]
    [InlineData("timeouts: {request: 0s}", null)]
    public void RequestTimeout_Compiled_HasTheDocumentedDefault(string? timeouts, string? expected)
    {
        var yaml = $"""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata: {"{"}name: r{"}"}
            spec:
              parentRefs: [{"{"}name: g{"}"}]
              rules:
                - name: only
                  {timeouts}
            """;

        var rule = Assert.Single(Assert.Single(Compile.Text(yaml).Snapshot.Routes).Rules);

        Assert.Equal(expected, rule.RequestTimeout?.ToString("c", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Routes_WithAndWithoutAge_AreInOrderOfPrecedence()
    {
        var yaml = string.Join("---\n", new[] { ("b", "2025-01-02T00:00:00Z"), ("z", "2025-01-01T00:00:00Z"), ("y", null), ("a", null) }.Select(static route => $"""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata: {"{"}name: {route.Item1}{(route.Item2 is null ? "" : $", creationTimestamp: \"{route.Item2}\"")}{"}"}
            spec: {"{"}parentRefs: [{"{"}name: g{"}"}], rules: []{"}"}

            """));

        Assert.Equal(["default/z", "default/b", "default/a", "default/y"], Compile.Text(yaml).Snapshot.Routes.Select(static route => route.Name));
    }

    [Theory]
    [InlineData("traffic")]
    [InlineData("isolation")]
    [InlineData("guide")]
    public void Secrets_InEverythingThatIsWritten_DoNotAppear(string golden)
    {
        var result = Compile.Text(File.ReadAllText(Path.Combine(Repository.Golden, golden, "in.yaml")), static name => name.ToLowerInvariant());
        using var output = new StringWriter();
        new CompiledDocument(result).Write(output, CompiledFormat.Json);
        new CompiledDocument(result).Write(output, CompiledFormat.Yaml);
        Findings.FindingWriter.Write(result.Findings, Findings.FindingFormat.Json, output);
        output.Write(result.Snapshot.ToString());
        output.Write(string.Concat(result.Snapshot.Backends));

        Assert.All(s_goldenSecrets, secret => Assert.DoesNotContain(secret, output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void SubstitutedValue_InAFinding_IsShownAsItsVariable()
    {
        var result = Compile.Text("""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIServiceBackend
            metadata: {name: x}
            spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: "${SECRET_LOOKING}"}}
            """, static _ => "sk-never-shown");

        Assert.Contains(result.Findings, static finding => finding.Value == "${SECRET_LOOKING}");
    }

    [Fact]
    public void FieldName_ThatLooksLikePathSyntax_IsReportedAtItsParent()
    {
        var result = Compile.Text("""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata: {name: x}
            spec: {rules: [], 'a"][b': 1, "": 2}
            """);

        Assert.Equal(2, result.Findings.Count(static finding => finding.Reason.StartsWith("unknown field", StringComparison.Ordinal)));
    }

    [Fact]
    public void NamedGroup_InRe2Spelling_IsAccepted()
    {
        var result = Compile.Text("""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata: {name: x}
            spec:
              parentRefs: [{name: g}]
              rules: [{matches: [{headers: [{name: x-ai-eg-model, type: RegularExpression, value: "(?P<family>gpt|o)-.*"}]}]}]
            """);

        Assert.False(result.HasErrors);
        Assert.Equal("(?<family>gpt|o)-.*", result.Snapshot.Routes[0].Rules[0].Matches[0].Headers[0].Value);
    }

    [Fact]
    public void Certificate_ThatCannotBeServed_TakesOutItsListenerAlone()
    {
        var result = Compile.Text($"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {"{"}name: g{"}"}
            spec:
              gatewayClassName: any
              listeners:
                - {"{"}name: good, protocol: HTTPS, port: 8443, tls: {"{"}certificateRefs: [{"{"}name: good{"}"}]{"}"}{"}"}
                - {"{"}name: bad, protocol: HTTPS, port: 8444, tls: {"{"}certificateRefs: [{"{"}name: bad{"}"}]{"}"}{"}"}
                - {"{"}name: plain, protocol: HTTP, port: 8080{"}"}
            ---
            {TestCertificate.Secret("good")}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {"{"}name: bad{"}"}
            stringData: {"{"}tls.crt: nonsense, tls.key: never-shown-3{"}"}
            """);

        Assert.Equal(["default/g/good", "default/g/plain"], result.Snapshot.Listeners.Select(static listener => listener.Name));
        Assert.True(result.Snapshot.Listeners[0].Tls);
        var error = Assert.Single(result.Findings, static finding => finding.Severity == Findings.FindingSeverity.Error);
        Assert.Equal("spec.listeners[1].tls.certificateRefs[0].name", error.Path);
        Assert.DoesNotContain("never-shown", Findings.FindingWriter.ToText(error), StringComparison.Ordinal);
    }

    [Fact]
    public void GrantWithName_AllowsThatObjectAlone()
    {
        var result = Compile.Text(File.ReadAllText(Path.Combine(Repository.Golden, "isolation", "in.yaml")));

        Assert.Null(result.Snapshot.Backends.Single(static backend => backend.ServiceBackend == "other/granted").Unusable);
        Assert.Contains("not permitted", result.Snapshot.Backends.Single(static backend => backend.ServiceBackend == "other/elsewhere").Unusable, StringComparison.Ordinal);
    }

    [Fact]
    public void Statuses_OfGoodAndBadObjects_CarryTheDocumentedConditions()
    {
        var statuses = Compile.Text(File.ReadAllText(Path.Combine(Repository.Golden, "isolation", "in.yaml"))).Statuses
            .ToDictionary(static status => status.Object.ToString(), static status => status.Conditions.ToDictionary(static condition => condition.Type));

        Assert.Equal(new Condition("Accepted", true, "ReconciliationSucceeded", "AIServiceBackend reconciled successfully"), statuses["AIServiceBackend default/good"]["Accepted"]);
        Assert.Equal("BackendNotFound", statuses["AIGatewayRoute default/mixed"]["ResolvedRefs"].Reason);
        Assert.Equal("Conflicted", statuses["BackendSecurityPolicy default/policy-b"]["Accepted"].Reason);
        Assert.Equal("SecretNotFound", statuses["BackendSecurityPolicy default/lost"]["ResolvedRefs"].Reason);
        Assert.False(statuses["AIServiceBackend default/faulty"]["Accepted"].Status);
    }

    [Fact]
    public void CompiledDocument_AsYaml_CanBeReadAgain()
    {
        using var output = new StringWriter();
        new CompiledDocument(Compile.Text(Example, Key("x"))).Write(output, CompiledFormat.Yaml);

        var stream = new YamlDotNet.RepresentationModel.YamlStream();
        stream.Load(new StringReader(output.ToString()));

        Assert.Equal(2, stream.Documents.Count);
        Assert.Contains("host: api.ai.kivoyo.com", output.ToString(), StringComparison.Ordinal);
    }

    private static Func<string, string?> Key(string value) => _ => value;
}

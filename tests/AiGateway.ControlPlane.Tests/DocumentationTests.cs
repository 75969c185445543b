using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

/// <summary><c>docs/configuration.md</c> lists exactly what the code knows.</summary>
public sealed class DocumentationTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"));

    [Fact]
    public void EveryKindActedOn_IsInTheTable()
    {
        var table = s_page[s_page.IndexOf("Acted on:", StringComparison.Ordinal)..s_page.IndexOf("Accepted with a warning", StringComparison.Ordinal)];

        Assert.All(ResourceReader.KindsActedOn, kind => Assert.Contains(kind[(kind.LastIndexOf('/') + 1)..], table, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryKindWithoutEffect_IsNamed()
    {
        var lists = s_page[s_page.IndexOf("Accepted with a warning", StringComparison.Ordinal)..s_page.IndexOf("Any other kind", StringComparison.Ordinal)];

        Assert.All(KnownKinds.WithoutEffect, kind => Assert.Contains(kind[(kind.LastIndexOf('/') + 1)..], lists, StringComparison.Ordinal));
    }

    [Fact]
    public void FindingShownAsExample_IsWhatIsPrinted()
    {
        var result = Compile.Text("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: g}
            spec: {gatewayClassName: any, listeners: [{name: http, protocol: HTTP, port: 1975}]}
            ---
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIServiceBackend
            metadata: {name: openai}
            spec: {schema: {name: OpenAI}, backendRef: {name: openai, port: 80}}
            ---
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata: {name: chat}
            spec:
              parentRefs: [{name: g}]
              rules:
                - backendRefs:
                      - name: opnai
            """, file: "config.yaml");

        var line = Assert.Single(result.Findings.Lines(), static line => line.Contains("opnai", StringComparison.Ordinal));
        Assert.Contains(line, s_page, StringComparison.Ordinal);
    }
}

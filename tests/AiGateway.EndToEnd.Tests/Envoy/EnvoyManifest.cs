using System.Globalization;
using System.Text;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>A configuration for Envoy: a plain route for every path, and AI routes with backends by priority, all on 127.0.0.1.</summary>
internal sealed class EnvoyManifest
{
    private readonly StringBuilder _routes = new();
    private readonly StringBuilder _backends = new();

    /// <summary>Sends every path to one server.</summary>
    public EnvoyManifest Plain(int port)
    {
        _routes.Append(
            """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: site, namespace: default}
            spec:
              parentRefs: [{name: test}]
              rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: site}]}]

            """);
        return Backend("site", port);
    }

    /// <summary>Sends a model to servers, one per priority.</summary>
    public EnvoyManifest Model(string model, params EnvoyBackend[] servers)
    {
        var references = string.Join(", ", servers.Select((_, priority) => string.Create(CultureInfo.InvariantCulture, $"{{name: {model}-{priority}, priority: {priority}}}")));
        _routes.Append(CultureInfo.InvariantCulture,
            $$"""
            ---
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata: {name: {{model}}, namespace: default}
            spec:
              parentRefs: [{name: test}]
              llmRequestCosts: [{metadataKey: tokens_in, type: InputToken}]
              rules: [{matches: [{headers: [{name: x-ai-eg-model, value: {{model}}}]}], backendRefs: [{{references}}]}]

            """);
        for (var priority = 0; priority < servers.Length; priority++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{model}-{priority}");
            _backends.Append(CultureInfo.InvariantCulture,
                $$"""
                ---
                apiVersion: aigateway.envoyproxy.io/v1beta1
                kind: AIServiceBackend
                metadata: {name: {{name}}, namespace: default}
                spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: {{name}} } }

                """);
            Backend(name, servers[priority]);
        }

        return this;
    }

    /// <summary>The whole manifest with a plain listener.</summary>
    public string On(int port) => On(port, "protocol: HTTP", "");

    /// <summary>The whole manifest with an HTTPS listener.</summary>
    public Func<int, string> OnTls(UpstreamTls tls) => port => On(
        port,
        "protocol: HTTPS, tls: {certificateRefs: [{name: listener}]}",
        $$"""
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: listener, namespace: default}
        data: {tls.crt: {{Base64(tls.ServerPem)}}, tls.key: {{Base64(tls.ServerKeyPem)}} }

        """);

    private string On(int port, string protocol, string more) =>
        $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: test, namespace: default}
        spec: {gatewayClassName: aigw, listeners: [{name: main, port: {{port.ToString(CultureInfo.InvariantCulture)}}, {{protocol}} }]}
        {{_routes}}{{_backends}}{{more}}
        """;

    private EnvoyManifest Backend(string name, EnvoyBackend server)
    {
        _backends.Append(CultureInfo.InvariantCulture,
            $$"""
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: {{name}}, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: {{server.Port}} } }]}

            """);
        if (server.Tls is null) return this;
        _backends.Append(CultureInfo.InvariantCulture,
            $$"""
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata: {name: {{name}}, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: {{name}} }]
              validation: {caCertificateRefs: [{group: "", kind: Secret, name: {{name}} }], hostname: {{server.ServerName}} }
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: {{name}}, namespace: default}
            data: {ca.crt: {{Base64(server.Tls.AuthorityPem)}} }

            """);
        return this;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}

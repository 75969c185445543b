using System.Globalization;
using System.Text;

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
    public EnvoyManifest Model(string model, params int[] ports)
    {
        var references = string.Join(", ", ports.Select((_, priority) => string.Create(CultureInfo.InvariantCulture, $"{{name: {model}-{priority}, priority: {priority}}}")));
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
        for (var priority = 0; priority < ports.Length; priority++)
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
            Backend(name, ports[priority]);
        }

        return this;
    }

    public string On(int port) =>
        $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: test, namespace: default}
        spec: {gatewayClassName: aigw, listeners: [{name: http, protocol: HTTP, port: {{port.ToString(CultureInfo.InvariantCulture)}}}]}
        {{_routes}}{{_backends}}
        """;

    private EnvoyManifest Backend(string name, int port)
    {
        _backends.Append(CultureInfo.InvariantCulture,
            $$"""
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: {{name}}, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: {{port}} } }]}

            """);
        return this;
    }
}

using System.Globalization;
using System.Text;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>A configuration file as a user writes it: one Gateway, and routes to providers on 127.0.0.1.</summary>
internal sealed class GatewayManifest
{
    private readonly StringBuilder _rules = new();
    private readonly StringBuilder _resources = new();
    private readonly HashSet<string> _providers = [];

    /// <summary>The key that provider <paramref name="name"/> must get.</summary>
    public static string KeyOf(string name) => $"planted-key-of-{name}";

    /// <summary>Sends every model to one provider.</summary>
    public GatewayManifest CatchAll(string name, string schema, int port) => Add("type: RegularExpression, name: x-ai-eg-model, value: '.*'", name, schema, port);

    /// <summary>Sends one model to one provider.</summary>
    public GatewayManifest Model(string model, string name, string schema, int port, string? sentAs = null) => Add($"name: x-ai-eg-model, value: '{model}'", name, schema, port, sentAs);

    /// <summary>Sends requests with <c>x-test-provider: name</c> to the provider of that name.</summary>
    public GatewayManifest Provider(string name, string schema, int port) => Add($"name: x-test-provider, value: {name}", name, schema, port);

    public override string ToString() =>
        $"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {Meta("test")}
        spec:
          gatewayClassName: aigw
          listeners:
            - name: http
              protocol: HTTP
              port: 1975
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIGatewayRoute
        metadata: {Meta("test")}
        spec:
          parentRefs:
            - name: test
              kind: Gateway
              group: gateway.networking.k8s.io
          llmRequestCosts:
            - metadataKey: llm_input_token
              type: InputToken
            - metadataKey: llm_output_token
              type: OutputToken
          rules:
        {_rules}{_resources}
        """;

    private static string Meta(string name) => $"{{name: {name}, namespace: default}}";

    private GatewayManifest Add(string match, string name, string schema, int port, string? modelNameOverride = null)
    {
        _rules.Append(CultureInfo.InvariantCulture,
            $$"""
                - matches:
                    - headers: [{{{match}}}]
                  backendRefs:
                    - {name: {{name}}{{(modelNameOverride is null ? "" : $", modelNameOverride: {modelNameOverride}")}} }
                  timeouts:
                    request: 600s

            """);
        if (!_providers.Add(name)) return this;
        _resources.Append(CultureInfo.InvariantCulture,
            $"""
            ---
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIServiceBackend
            metadata: {Meta(name)}
            spec:
              schema: {Schema(schema)}
              backendRef:
                name: {name}
                kind: Backend
                group: gateway.envoyproxy.io
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {Meta(name)}
            spec:
              endpoints:
                - ip:
                    address: 127.0.0.1
                    port: {port}
            ---
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: BackendSecurityPolicy
            metadata: {Meta(name)}
            spec:
              targetRefs:
                - group: aigateway.envoyproxy.io
                  kind: AIServiceBackend
                  name: {name}
              {Credential(schema, name)}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {Meta(name)}
            type: Opaque
            stringData:
              apiKey: {KeyOf(name)}

            """);
        return this;
    }

    private static string Schema(string schema) => schema == "AzureOpenAI" ? "{name: AzureOpenAI, version: 2025-01-01-preview}" : $"{{name: {schema}}}";

    private static string Credential(string schema, string secret) => schema switch
    {
        "Anthropic" => $"type: AnthropicAPIKey\n  anthropicAPIKey: {{secretRef: {{name: {secret}}}}}",
        "AzureOpenAI" => $"type: AzureAPIKey\n  azureAPIKey: {{secretRef: {{name: {secret}}}}}",
        _ => $"type: APIKey\n  apiKey: {{secretRef: {{name: {secret}}}}}",
    };
}

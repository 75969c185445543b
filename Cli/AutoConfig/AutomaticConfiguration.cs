using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AiGateway.Cli.AutoConfig;

/// <summary>
/// Writes the manifests for the providers that the environment has keys for. Keys are named by Secret annotations and never written down, so the
/// text may be kept, shared and edited.
/// </summary>
internal static class AutomaticConfiguration
{
    /// <summary>Name of the file, for findings.</summary>
    public const string SourceName = "automatic.yaml";

    /// <summary>The provider that gets models no pattern names; null when none may.</summary>
    public static ConfiguredProvider? CatchAll(IEnumerable<ConfiguredProvider> providers) => providers.FirstOrDefault(static provider => provider.MayCatchAll);

    /// <summary>The manifests, without the Gateway.</summary>
    public static string Yaml(IReadOnlyList<ConfiguredProvider> providers)
    {
        var yaml = new StringBuilder();
        WriteRoute(yaml, providers);
        foreach (var provider in providers)
            WriteProvider(yaml, provider);
        return yaml.ToString();
    }

    private static void WriteRoute(StringBuilder yaml, IReadOnlyList<ConfiguredProvider> providers)
    {
        yaml.Append($"""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIGatewayRoute
            metadata:
              name: {AutomaticGateway.Name}
              namespace: default
            spec:
              parentRefs:
                - name: {AutomaticGateway.Name}
                  kind: Gateway
                  group: gateway.networking.k8s.io
              llmRequestCosts:
                - metadataKey: llm_input_token
                  type: InputToken
                - metadataKey: llm_output_token
                  type: OutputToken
                - metadataKey: llm_reasoning_token
                  type: ReasoningToken
              rules:

            """);
        foreach (var provider in providers.Where(static provider => provider.Models.Count > 0))
            WriteRule(yaml, provider, provider.Name, string.Join('|', provider.Models.Select(Expression)));
        if (CatchAll(providers) is { } catchAll)
            WriteRule(yaml, catchAll, "everything-else", ".*");
        yaml.Append("---\n");
    }

    private static void WriteRule(StringBuilder yaml, ConfiguredProvider provider, string name, string expression) => yaml.Append($"""
            - name: {name}
              matches:
                - headers:
                    - type: RegularExpression
                      name: x-ai-eg-model
                      value: {Quoted(expression)}
              backendRefs:
                - name: {provider.Name}
              timeouts:
                request: 120s
              modelsOwnedBy: {provider.Title}

        """);

    private static void WriteProvider(StringBuilder yaml, ConfiguredProvider provider)
    {
        yaml.Append($"""
            apiVersion: aigateway.envoyproxy.io/v1beta1
            kind: AIServiceBackend
            metadata:
              name: {provider.Name}
              namespace: default
            spec:
              schema:
                name: {provider.Schema}

            """);
        if (provider.Version is not null)
            yaml.Append($"    version: {Quoted(provider.Version)}\n");
        if (provider.Schema is "OpenAI" or "Anthropic")
            yaml.Append($"    prefix: {Quoted("/" + provider.Endpoint.Prefix)}\n");
        yaml.Append($"""
              backendRef:
                name: {provider.Name}
                kind: Backend
                group: gateway.envoyproxy.io

            """);
        WriteHeaders(yaml, provider.Headers);
        yaml.Append("---\n");
        WriteBackend(yaml, provider);
        if (provider.KeyVariable is not null)
            WriteCredential(yaml, provider, provider.KeyVariable);
    }

    private static void WriteHeaders(StringBuilder yaml, IReadOnlyList<(string Name, string Value)> headers)
    {
        if (headers.Count == 0)
            return;
        yaml.Append("  headerMutation:\n    set:\n");
        foreach (var (name, value) in headers)
            yaml.Append($"      - name: {name}\n        value: {Quoted(value)}\n");
    }

    private static void WriteBackend(StringBuilder yaml, ConfiguredProvider provider)
    {
        var endpoint = provider.Endpoint;
        yaml.Append($"""
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata:
              name: {provider.Name}
              namespace: default
            spec:
              endpoints:
                - {(endpoint.IsAddress ? "ip" : "fqdn")}:
                    {(endpoint.IsAddress ? "address" : "hostname")}: {Quoted(endpoint.Host)}
                    port: {endpoint.Port.ToString(CultureInfo.InvariantCulture)}

            """);

        // A BackendTLSPolicy verifies a name; an address has none.
        if (endpoint is { Tls: true, IsAddress: true })
            yaml.Append("  tls:\n    wellKnownCACertificates: System\n");
        yaml.Append("---\n");
        if (endpoint is not { Tls: true, IsAddress: false })
            return;
        yaml.Append($"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: BackendTLSPolicy
            metadata:
              name: {provider.Name}
              namespace: default
            spec:
              targetRefs:
                - group: gateway.envoyproxy.io
                  kind: Backend
                  name: {provider.Name}
              validation:
                wellKnownCACertificates: System
                hostname: {Quoted(endpoint.Host)}
            ---

            """);
    }

    private static void WriteCredential(StringBuilder yaml, ConfiguredProvider provider, string keyVariable) => yaml.Append($"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: {provider.Name}
          namespace: default
          annotations:
            substitution.aigw.run/env/apiKey: {keyVariable}
        type: Opaque
        stringData:
          apiKey: taken-from-the-environment
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: BackendSecurityPolicy
        metadata:
          name: {provider.Name}
          namespace: default
        spec:
          type: {provider.PolicyType}
          {CredentialMember(provider.PolicyType)}:
            secretRef:
              name: {provider.Name}
          targetRefs:
            - group: aigateway.envoyproxy.io
              kind: AIServiceBackend
              name: {provider.Name}
        ---

        """);

    private static string CredentialMember(string policyType) => policyType switch
    {
        "APIKey" => "apiKey",
        "AnthropicAPIKey" => "anthropicAPIKey",
        "AzureAPIKey" => "azureAPIKey",
        _ => throw new ArgumentOutOfRangeException(nameof(policyType), policyType, null),
    };

    private static string Expression(string pattern) => Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal);

    /// <summary>A double-quoted YAML scalar that substitution leaves alone: JSON strings are YAML, and a dollar sign is written twice.</summary>
    private static string Quoted(string value) =>
        $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"".Replace("$", "$$", StringComparison.Ordinal);
}

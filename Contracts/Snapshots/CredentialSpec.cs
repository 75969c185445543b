using System.Text.Json.Serialization;

namespace AiGateway.Contracts.Snapshots;

/// <summary>How the gateway authenticates to a provider. Closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ApiKey), "apiKey")]
[JsonDerivedType(typeof(AnthropicApiKey), "anthropicApiKey")]
[JsonDerivedType(typeof(AzureApiKey), "azureApiKey")]
public abstract record CredentialSpec
{
    private CredentialSpec()
    {
    }

    /// <summary>Where a request may bring its own credential; null never.</summary>
    public CredentialOverrideSpec? Override { get; init; }

    /// <summary><c>Authorization: Bearer &lt;key&gt;</c>.</summary>
    /// <param name="Key">Trimmed; null when only the override supplies it.</param>
    public sealed record ApiKey(SecretString? Key) : CredentialSpec;

    /// <summary><c>x-api-key: &lt;key&gt;</c>.</summary>
    /// <param name="Key">Trimmed; null when only the override supplies it.</param>
    public sealed record AnthropicApiKey(SecretString? Key) : CredentialSpec;

    /// <summary><c>api-key: &lt;key&gt;</c>.</summary>
    /// <param name="Key">Trimmed; null when only the override supplies it.</param>
    public sealed record AzureApiKey(SecretString? Key) : CredentialSpec;
}

/// <summary>A credential that arrives with the request.</summary>
/// <param name="Header">Lower-case header; it never leaves for the provider.</param>
/// <param name="FallbackToConfigured">When the header is absent: use the configured credential (true) or answer 401 (false).</param>
public sealed record CredentialOverrideSpec(string Header, bool FallbackToConfigured);

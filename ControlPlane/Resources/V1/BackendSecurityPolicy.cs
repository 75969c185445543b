namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>How the gateway authenticates to a provider.</summary>
internal sealed class BackendSecurityPolicy : Resource
{
    public required IReadOnlyList<ObjectReference> TargetRefs { get; init; }

    /// <summary>One of <c>APIKey</c>, <c>AWSCredentials</c>, <c>AzureAPIKey</c>, <c>AzureCredentials</c>, <c>GCPCredentials</c>, <c>AnthropicAPIKey</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Secret of the key types; null for the others.</summary>
    public ObjectReference? KeySecret { get; init; }

    public CredentialOverride? Override { get; init; }

    /// <summary>Which credential members are given, e.g. <c>apiKey</c>; exactly the one of <see cref="Type"/> when the policy is valid.</summary>
    public required IReadOnlyList<string> CredentialFields { get; init; }

    /// <summary>Member that holds the credential of <see cref="Type"/>.</summary>
    public string CredentialField => Type switch
    {
        "APIKey" => "apiKey",
        "AnthropicAPIKey" => "anthropicAPIKey",
        "AzureAPIKey" => "azureAPIKey",
        "AWSCredentials" => "awsCredentials",
        "AzureCredentials" => "azureCredentials",
        "GCPCredentials" => "gcpCredentials",
        _ => string.Empty,
    };
}

/// <summary>Where a request may bring its own credential.</summary>
/// <param name="Header">Header of <c>fromRequestHeaders</c>, null for the default of the type.</param>
/// <param name="FromMetadata">True for <c>fromDynamicMetadata</c>, which needs a filter that writes it.</param>
/// <param name="FallbackToConfigured">Use the configured credential when the request brings none.</param>
internal sealed record CredentialOverride(string? Header, bool FromMetadata, bool FallbackToConfigured);

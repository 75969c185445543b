using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>The <c>auth</c> of a backend.</summary>
/// <param name="Credential">What to send; null sends nothing.</param>
/// <param name="Problem">Why there is no credential although one is wanted.</param>
/// <param name="InputHeaders">Headers that bring credentials and must not leave.</param>
internal sealed record AuthEntry(CredentialSpec? Credential, string? Problem, IReadOnlyList<string> InputHeaders)
{
    public static readonly AuthEntry None = new(null, null, []);

    private static readonly string[] s_kinds = ["apiKey", "anthropicAPIKey", "azureAPIKey", "azure", "aws", "gcp"];

    public static AuthEntry Read(FieldReader fields)
    {
        var secrets = new Dictionary<string, Secret?>(StringComparer.Ordinal)
        {
            ["apiKey"] = fields.Object("apiKey", static kind => new Secret(kind.Text("key"))),
            ["anthropicAPIKey"] = fields.Object("anthropicAPIKey", static kind => new Secret(kind.Text("key"))),
            ["azureAPIKey"] = fields.Object("azureAPIKey", static kind => new Secret(kind.Text("key"))),
            // The controller exchanges it and writes a new document before it expires.
            ["azure"] = fields.Object("azure", static kind => new Secret(kind.Text("accessToken"))),
        };
        fields.Ignore("aws", "gcp");
        var requested = fields.Object("credentialOverride", Override) ?? new RequestCredential(null, Elsewhere: false, Fallback: true, []);
        var given = s_kinds.Where(fields.Has).ToList();
        if (given is not [var kind])
        {
            fields.Error($"exactly one of {string.Join(", ", s_kinds)} must be given, found {(given.Count == 0 ? "none" : string.Join(", ", given))}");
            return None;
        }

        if (kind is "aws" or "gcp")
        {
            fields.WarningAt(kind, "credentials of this kind are not supported yet, the backend cannot serve", "other backends of the document are not affected");
            return new AuthEntry(null, $"credentials of kind {kind} are not supported yet", requested.InputHeaders);
        }

        var problem = ProblemOf(fields, kind, secrets[kind]?.Text?.Trim() ?? "", requested);
        return new AuthEntry(problem is null ? Make(kind, secrets[kind]?.Text?.Trim() ?? "", requested) : null, problem, requested.InputHeaders);
    }

    private static string? ProblemOf(FieldReader fields, string kind, string key, RequestCredential requested)
    {
        var problem = key.Any(char.IsControl) ? "the credential holds a line break or control character and cannot be sent"
            : requested is { Elsewhere: true, Fallback: false } ? "the credential is to come from dynamic metadata, which is not read yet"
            : key.Length == 0 && requested.Header is null ? "the credential is empty"
            : null;
        if (problem is not null) fields.WarningAt(kind, $"{problem}, the backend cannot serve");
        else if (requested.Elsewhere)
            fields.WarningAt("credentialOverride", "credentials from dynamic metadata are not read yet, the configured credential is used", "use fromRequestHeaders");
        return problem;
    }

    private static CredentialSpec Make(string kind, string key, RequestCredential requested)
    {
        var secret = key.Length == 0 ? null : new SecretString(key);
        CredentialSpec credential = kind switch
        {
            "anthropicAPIKey" => new CredentialSpec.AnthropicApiKey(secret),
            "azureAPIKey" => new CredentialSpec.AzureApiKey(secret),
            _ => new CredentialSpec.ApiKey(secret), // an API key and an Entra token are both sent as Bearer
        };
        return requested.Header is { } header ? credential with { Override = new CredentialOverrideSpec(header.ToLowerInvariant(), requested.Fallback) } : credential;
    }

    private static RequestCredential Override(FieldReader fields)
    {
        var header = fields.Text("headerName") is { Length: > 0 } name ? name : null;
        var elsewhere = fields.Text("dynamicMetadataNamespace") is { Length: > 0 };
        _ = fields.Text("dynamicMetadataKey");
        if ((header is null) == !elsewhere) fields.Error("either headerName or dynamicMetadataNamespace must be set");
        // The controller writes the default of its resource, true, into the document; a missing member is Go's false.
        return new RequestCredential(header, elsewhere, fields.Boolean("fallbackToConfigured") ?? false, fields.TextList("inputHeadersToRemove", ListRule.Unlimited, TextRules.HeaderName));
    }

    private sealed record Secret(string? Text)
    {
        /// <summary>Never the value.</summary>
        public override string ToString() => "***";
    }

    private sealed record RequestCredential(string? Header, bool Elsewhere, bool Fallback, IReadOnlyList<string> InputHeaders);
}

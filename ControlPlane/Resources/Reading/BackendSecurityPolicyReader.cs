using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads BackendSecurityPolicy with all its credential types.</summary>
internal static class BackendSecurityPolicyReader
{
    private static readonly TextRule s_type = TextRule.Enum(
        "APIKey", "AWSCredentials", "AzureAPIKey", "AzureCredentials", "GCPCredentials", "AnthropicAPIKey");

    private static readonly string[] s_credentialFields =
        ["apiKey", "awsCredentials", "azureAPIKey", "azureCredentials", "gcpCredentials", "anthropicAPIKey"];

    public static BackendSecurityPolicy? Read(FieldReader root) => root.Object("spec", fields =>
    {
        var isBeta = root.Document.Version != "v1alpha1";
        var maxFields = isBeta ? 4 : 3;
        if (fields.Count > maxFields) fields.Error($"Too many: {fields.Count}: must have at most {maxFields} items");
        var type = fields.RequiredText("type", s_type);
        var keys = new Dictionary<string, ObjectReference?>(StringComparer.Ordinal)
        {
            ["APIKey"] = fields.Object("apiKey", Key)?.Secret,
            ["AnthropicAPIKey"] = fields.Object("anthropicAPIKey", Key)?.Secret,
            ["AzureAPIKey"] = fields.Object("azureAPIKey", Key)?.Secret,
        };
        _ = fields.Object("awsCredentials", CloudCredentials.Aws);
        _ = fields.Object("azureCredentials", CloudCredentials.Azure);
        _ = fields.Object("gcpCredentials", gcp => CloudCredentials.Gcp(gcp, isBeta));
        return new BackendSecurityPolicy
        {
            Document = root.Document,
            TargetRefs = fields.List("targetRefs", new ListRule(16), References.Local),
            Type = type,
            KeySecret = keys.GetValueOrDefault(type),
            CredentialFields = [.. s_credentialFields.Where(fields.Has)],
            Override = isBeta ? fields.Object("credentialOverride", Override) : null,
        };
    });

    private static KeyField Key(FieldReader fields) => new(fields.RequiredObject("secretRef", References.Secret));

    private static CredentialOverride Override(FieldReader fields)
    {
        if (fields.Count != 1) fields.Error("exactly one of fromRequestHeaders or fromDynamicMetadata must be set");
        var headers = fields.Object("fromRequestHeaders", static source =>
            new CredentialOverride(source.Text("header"), FromMetadata: false, source.Boolean("fallbackToConfigured") ?? true));
        var metadata = fields.Object("fromDynamicMetadata", static source =>
        {
            _ = source.RequiredText("namespace", TextRules.NotEmpty);
            _ = source.Text("key");
            return new CredentialOverride(null, FromMetadata: true, source.Boolean("fallbackToConfigured") ?? true);
        });
        return headers ?? metadata ?? new CredentialOverride(null, FromMetadata: false, FallbackToConfigured: true);
    }

    private sealed record KeyField(ObjectReference? Secret);
}

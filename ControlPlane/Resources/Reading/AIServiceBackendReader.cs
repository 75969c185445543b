using AiGateway.Contracts;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads AIServiceBackend.</summary>
internal static class AIServiceBackendReader
{
    public static AIServiceBackend? Read(FieldReader root) => root.Object("spec", fields =>
    {
        fields.Removed("backendSecurityPolicyRef", "name this backend in spec.targetRefs of the BackendSecurityPolicy");
        fields.Removed("timeouts", "set the timeouts on the rules of the AIGatewayRoute");
        return new AIServiceBackend
        {
            Document = root.Document,
            Schema = fields.RequiredObject("schema", Schema) ?? new ApiSchema(ProviderSchema.OpenAI, null, null),
            BackendRef = fields.RequiredObject("backendRef", BackendRef) ?? new ObjectReference(string.Empty, string.Empty, string.Empty),
            HeaderMutation = fields.Object("headerMutation", Mutations.Headers),
            BodyMutation = fields.Object("bodyMutation", Mutations.Body),
        };
    });

    private static ApiSchema Schema(FieldReader fields)
    {
        var schema = new ApiSchema(SchemaNames.Of(fields.RequiredText("name", SchemaNames.Rule)), fields.Text("version"), fields.Text("prefix"));
        if (schema is { Name: ProviderSchema.OpenAI or ProviderSchema.Anthropic, Version.Length: > 0, Prefix: null })
        {
            fields.WarningAt(
                "version",
                "version was the path prefix in older releases and is used as such here; the current API ignores it",
                $"write prefix: {schema.Version}");
        }

        return schema;
    }

    private static ObjectReference BackendRef(FieldReader fields)
    {
        var reference = References.Backend(fields);
        if (!reference.Is(KnownKinds.EnvoyGroup, "Backend") && !reference.Is(string.Empty, "Service"))
        {
            fields.Error(
                "BackendRef must be a Backend resource of Envoy Gateway. See https://github.com/envoyproxy/ai-gateway/issues/902 for more details.",
                "use kind Backend of group gateway.envoyproxy.io, or kind Service with a port");
        }

        return reference;
    }
}

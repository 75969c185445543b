using AiGateway.Contracts;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>What the data plane makes of a provider schema.</summary>
internal static class SchemaSupport
{
    /// <summary>Name of a schema that no endpoint serves yet; null for the others.</summary>
    public static string? Missing(ProviderSchema schema) => schema switch
    {
        ProviderSchema.AwsBedrock => "AWSBedrock",
        ProviderSchema.AwsAnthropic => "AWSAnthropic",
        ProviderSchema.GcpVertexAI => "GCPVertexAI",
        ProviderSchema.GcpAnthropic => "GCPAnthropic",
        _ => null,
    };

    /// <summary>The version that goes into the path or the query; null where the schema has none.</summary>
    public static string? Version(ApiSchema schema) => schema.Name switch
    {
        ProviderSchema.OpenAI or ProviderSchema.Anthropic => null,
        ProviderSchema.Cohere => NotEmpty(schema.Version) ?? "v2",
        _ => NotEmpty(schema.Version),
    };

    /// <summary>Releases before the field <c>prefix</c> took the prefix from <c>version</c>; such manifests keep working.</summary>
    public static string Prefix(ApiSchema schema) => schema.Name is ProviderSchema.OpenAI or ProviderSchema.Anthropic
        ? (NotEmpty(schema.Prefix) ?? NotEmpty(schema.Version) ?? "v1").Trim('/')
        : "v1";

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

using AiGateway.Contracts;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Provider schemas as manifests spell them.</summary>
internal static class SchemaNames
{
    public static readonly TextRule Rule = TextRule.Enum("OpenAI", "Cohere", "AWSBedrock", "AzureOpenAI", "GCPVertexAI", "GCPAnthropic", "Anthropic", "AWSAnthropic");

    /// <summary>The schema of a name that <see cref="Rule"/> let pass; OpenAI for one that it reported.</summary>
    public static ProviderSchema Of(string name) => name switch
    {
        "Cohere" => ProviderSchema.Cohere,
        "AWSBedrock" => ProviderSchema.AwsBedrock,
        "AzureOpenAI" => ProviderSchema.AzureOpenAI,
        "GCPVertexAI" => ProviderSchema.GcpVertexAI,
        "GCPAnthropic" => ProviderSchema.GcpAnthropic,
        "Anthropic" => ProviderSchema.Anthropic,
        "AWSAnthropic" => ProviderSchema.AwsAnthropic,
        _ => ProviderSchema.OpenAI,
    };
}

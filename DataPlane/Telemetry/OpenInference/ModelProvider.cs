using AiGateway.Contracts;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Who hosts a model, in both vocabularies: the one table.</summary>
/// <param name="OpenInference"><c>llm.provider</c>.</param>
/// <param name="GenAi"><c>gen_ai.provider.name</c>.</param>
internal sealed record ModelProvider(string OpenInference, string GenAi)
{
    private static readonly ModelProvider s_openAi = new("openai", "openai");
    private static readonly ModelProvider s_azure = new("azure", "azure.ai.openai");
    private static readonly ModelProvider s_anthropic = new("anthropic", "anthropic");
    private static readonly ModelProvider s_cohere = new("cohere", "cohere");
    private static readonly ModelProvider s_bedrock = new("aws", "aws.bedrock");
    private static readonly ModelProvider s_vertex = new("google", "gcp.vertex_ai");

    private static readonly (string Host, ModelProvider Provider)[] s_hosts =
    [
        ("api.openai.com", s_openAi),
        ("openai.azure.com", s_azure),
        ("services.ai.azure.com", new("azure", "azure.ai.inference")),
        ("cognitiveservices.azure.com", s_azure),
        ("api.anthropic.com", s_anthropic),
        ("api.cohere.com", s_cohere),
        ("api.cohere.ai", s_cohere),
        ("api.mistral.ai", new("mistralai", "mistral_ai")),
        ("generativelanguage.googleapis.com", new("google", "gcp.gemini")),
        ("aiplatform.googleapis.com", s_vertex),
        ("amazonaws.com", s_bedrock),
        ("api.x.ai", new("xai", "x_ai")),
        ("api.deepseek.com", new("deepseek", "deepseek")),
        ("api.groq.com", new("groq", "groq")),
        ("api.fireworks.ai", new("fireworks", "fireworks")),
        ("api.moonshot.cn", new("moonshot", "moonshot")),
        ("api.cerebras.ai", new("cerebras", "cerebras")),
        ("api.perplexity.ai", new("perplexity", "perplexity")),
        ("api.together.ai", new("together", "together")),
        ("api.together.xyz", new("together", "together")),
        ("ollama.com", new("ollama", "ollama")),
    ];

    /// <summary>
    /// The host of the chosen backend. Schemas that belong to one cloud decide alone; the three that others speak too (OpenAI, Anthropic, Cohere) leave
    /// it to a known host first.
    /// </summary>
    public static ModelProvider? Of(ProviderSchema? schema, string? host) => schema switch
    {
        ProviderSchema.AzureOpenAI => s_azure,
        ProviderSchema.AwsBedrock or ProviderSchema.AwsAnthropic => s_bedrock,
        ProviderSchema.GcpVertexAI or ProviderSchema.GcpAnthropic => s_vertex,
        ProviderSchema.OpenAI => OfHost(host) ?? s_openAi,
        ProviderSchema.Anthropic => OfHost(host) ?? s_anthropic,
        ProviderSchema.Cohere => OfHost(host) ?? s_cohere,
        _ => OfHost(host),
    };

    private static ModelProvider? OfHost(string? host)
    {
        if (string.IsNullOrEmpty(host)) return null;
        if (host.IndexOf(':', StringComparison.Ordinal) is > 0 and var port) host = host[..port];
        foreach (var (suffix, provider) in s_hosts)
        {
            var isSuffix = host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
            if (isSuffix && (host.Length == suffix.Length || host[^(suffix.Length + 1)] is '.' or '-')) return provider;
        }

        return null;
    }
}

using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Providers;

/// <summary>What each provider schema can serve and where: the pass-through pairs of the endpoint × schema matrix.</summary>
public static class ProviderCatalog
{
    /// <summary>Whether requests of this operation can be sent to this schema.</summary>
    public static bool Supports(ProviderSchema schema, EndpointKind endpoint) => schema switch
    {
        ProviderSchema.OpenAI => endpoint is EndpointKind.ChatCompletions or EndpointKind.Completions or EndpointKind.Embeddings or EndpointKind.Responses
            or EndpointKind.ResponsesInputTokens or EndpointKind.ImageGenerations or EndpointKind.AudioSpeech or EndpointKind.AudioTranscriptions
            or EndpointKind.AudioTranslations or EndpointKind.Tokenize,
        ProviderSchema.AzureOpenAI => endpoint is EndpointKind.ChatCompletions or EndpointKind.Embeddings or EndpointKind.Responses or EndpointKind.ResponsesInputTokens,
        ProviderSchema.Anthropic => endpoint is EndpointKind.Messages or EndpointKind.CountTokens,
        ProviderSchema.Cohere => endpoint is EndpointKind.Rerank,
        ProviderSchema.AwsBedrock or ProviderSchema.AwsAnthropic or ProviderSchema.GcpVertexAI or ProviderSchema.GcpAnthropic => false,
        _ => throw new ArgumentOutOfRangeException(nameof(schema), schema, null),
    };

    /// <summary><c>gen_ai.provider.name</c> as the metrics spell it.</summary>
    public static string MetricName(ProviderSchema schema) => schema switch
    {
        ProviderSchema.OpenAI => "openai",
        ProviderSchema.AzureOpenAI => "azure.openai",
        ProviderSchema.AwsBedrock => "aws.bedrock",
        ProviderSchema.AwsAnthropic => "aws.anthropic",
        ProviderSchema.GcpVertexAI => "gcp.vertex_ai",
        ProviderSchema.GcpAnthropic => "gcp.anthropic",
        ProviderSchema.Anthropic => "anthropic",
        ProviderSchema.Cohere => "cohere",
        _ => throw new ArgumentOutOfRangeException(nameof(schema), schema, null),
    };

    /// <summary>Whether the body's <c>model</c> is replaced on an override; Azure chat names the model in the path alone.</summary>
    public static bool ModelInBody(ProviderSchema schema, EndpointKind endpoint) =>
        !(schema == ProviderSchema.AzureOpenAI && endpoint == EndpointKind.ChatCompletions);

    /// <summary>Path and query that do not depend on the model, or null when they do.</summary>
    public static string? FixedPath(BackendSpec backend, EndpointDescriptor endpoint) => backend.Schema switch
    {
        ProviderSchema.OpenAI when endpoint.Kind == EndpointKind.Tokenize => "/tokenize",
        ProviderSchema.OpenAI => Below(backend.Prefix, endpoint.Suffix["/v1".Length..]),
        ProviderSchema.Anthropic when endpoint.Kind == EndpointKind.CountTokens => "/v1/messages/count_tokens",
        ProviderSchema.Anthropic => Below(backend.Prefix, "/messages"),
        ProviderSchema.Cohere => Below(backend.Version ?? "v2", "/rerank"),
        ProviderSchema.AzureOpenAI => endpoint.Kind switch
        {
            EndpointKind.Responses => "/openai/responses" + ApiVersion(backend),
            EndpointKind.ResponsesInputTokens => "/openai/responses/input_tokens" + ApiVersion(backend),
            _ => null,
        },
        _ => null,
    };

    /// <summary>Path and query that name the model. The caller has checked the model with <see cref="IsSafeSegment"/>.</summary>
    public static string ModelPath(BackendSpec backend, EndpointDescriptor endpoint, string model) => (backend.Schema, endpoint.Kind) switch
    {
        (ProviderSchema.AzureOpenAI, EndpointKind.ChatCompletions) => $"/openai/deployments/{Uri.EscapeDataString(model)}/chat/completions{ApiVersion(backend)}",
        (ProviderSchema.AzureOpenAI, EndpointKind.Embeddings) => $"/openai/deployments/{Uri.EscapeDataString(model)}/embeddings{ApiVersion(backend)}",
        _ => throw new ArgumentException($"{backend.Schema} has no path for {endpoint.Kind}."),
    };

    /// <summary>Whether the path of this pair contains the model.</summary>
    public static bool ModelInPath(ProviderSchema schema, EndpointKind endpoint) =>
        schema == ProviderSchema.AzureOpenAI && endpoint is (EndpointKind.ChatCompletions or EndpointKind.Embeddings);

    /// <summary>Whether a model may become one path segment: not empty, no dot segment, no control characters. Everything else is percent-encoded.</summary>
    public static bool IsSafeSegment(string model) => model.Length is > 0 and <= 512 && model is not ("." or "..") && !model.Any(char.IsControl);

    private static string Below(string prefix, string suffix) => prefix.Length == 0 ? suffix : $"/{prefix.Trim('/')}{suffix}";

    private static string ApiVersion(BackendSpec backend) => string.IsNullOrEmpty(backend.Version) ? "" : $"?api-version={Uri.EscapeDataString(backend.Version)}";
}

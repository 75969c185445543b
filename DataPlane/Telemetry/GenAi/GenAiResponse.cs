using System.Text.Json;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Telemetry.OpenInference;
using static AiGateway.DataPlane.Telemetry.GenAi.GenAiNames;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>What an answer tells besides its content.</summary>
internal static class GenAiResponse
{
    /// <summary>Writes id, model, finish reasons, usage.</summary>
    public static void Write(SpanAttributes attributes, ExchangeReading reading)
    {
        if (!reading.HasAnswer) return;
        var endpoint = reading.Capture.Endpoint;
        var isGeneration = endpoint is EndpointKind.ChatCompletions or EndpointKind.Completions or EndpointKind.Messages or EndpointKind.Responses;
        if (isGeneration) attributes.Set(ResponseId, reading.Response.Root?.String("id"));
        if (isGeneration || endpoint is EndpointKind.Embeddings) attributes.Set(ResponseModel, reading.ResponseModel);
        if (endpoint is EndpointKind.ChatCompletions or EndpointKind.Responses)
        {
            attributes.Set(ResponseServiceTier, reading.Response.Root?.Text("service_tier"));
            attributes.Set(ResponseSystemFingerprint, reading.Response.Root?.Text("system_fingerprint"));
        }

        attributes.Set(ResponseFinishReasons, FinishReasons(reading));
        if (endpoint is EndpointKind.Responses && reading.Response.Root is { } response)
            attributes.Set(ConversationId, response.Object("conversation")?.Text("id") ?? response.Text("conversation"));
        if (endpoint is EndpointKind.Embeddings && reading.Response.Root?.Items("data").FirstOrDefault() is { } first && first.Get("embedding") is { ValueKind: JsonValueKind.Array } vector)
            attributes.Set(EmbeddingsDimensionCount, (long)vector.GetArrayLength());
        if (reading.Usage is { } usage) WriteUsage(attributes, TokenCounts.Of(endpoint, usage));
    }

    /// <summary>Why each choice ended, in the API's own words.</summary>
    public static IReadOnlyList<string> FinishReasons(ExchangeReading reading)
    {
        if (reading.Response.Root is not { } response) return [];
        return reading.Capture.Endpoint switch
        {
            EndpointKind.ChatCompletions or EndpointKind.Completions => [.. response.Items("choices").Select(choice => choice.Text("finish_reason")).OfType<string>()],
            EndpointKind.Messages when response.Text("stop_reason") is { } reason => [reason],
            EndpointKind.Responses when (response.Object("incomplete_details")?.Text("reason") ?? response.Text("status")) is { } status => [status],
            _ => [],
        };
    }

    private static void WriteUsage(SpanAttributes attributes, TokenCounts counts)
    {
        attributes.Set(UsageInputTokens, Positive(counts.Prompt));
        attributes.Set(UsageOutputTokens, Positive(counts.Completion));
        attributes.Set(UsageCacheReadInputTokens, Positive(counts.CacheRead));
        attributes.Set(UsageCacheCreationInputTokens, Positive(counts.CacheWrite));
        attributes.Set(UsageReasoningOutputTokens, Positive(counts.Reasoning));
    }

    private static long? Positive(long? count) => count > 0 ? count : null;
}

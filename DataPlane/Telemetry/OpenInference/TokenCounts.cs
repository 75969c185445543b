using System.Text.Json;
using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>
/// Token counts of one answer. Null means that the provider did not say; a reported zero is kept. The methods are the columns of one table:
/// <code>
///               chat, completions, embeddings               responses, images, audio                Messages
/// Prompt        prompt_tokens                               input_tokens                            input + cache creation + cache read
/// Completion    completion_tokens                           output_tokens                           output_tokens
/// Total         total_tokens                                total_tokens                            sum of the two
/// CacheRead     prompt_tokens_details.cached_tokens         input_tokens_details.cached_tokens      cache_read_input_tokens, if > 0
/// CacheWrite    prompt_…details.cache_write_tokens, if > 0  input_…details.cache_write_…, if > 0    cache_creation_input_tokens, if > 0
/// PromptAudio   prompt_tokens_details.audio_tokens          input_token_details.audio_tokens        -
/// Reasoning     completion_…details.reasoning_tokens        output_…details.reasoning_tokens        output_tokens_details.thinking_tokens
/// OutputAudio   completion_…details.audio_tokens            -                                       -
/// </code>
/// </summary>
internal readonly record struct TokenCounts
{
    public long? Prompt { get; init; }

    public long? Completion { get; init; }

    public long? Total { get; init; }

    public long? CacheRead { get; init; }

    public long? CacheWrite { get; init; }

    public long? PromptAudio { get; init; }

    public long? Reasoning { get; init; }

    public long? CompletionAudio { get; init; }

    /// <summary>Counts of the answer, by the API that the client speaks.</summary>
    public static TokenCounts Of(EndpointKind endpoint, JsonElement usage) => endpoint switch
    {
        EndpointKind.Messages => OfMessages(usage),
        EndpointKind.Responses => OfResponses(usage),
        EndpointKind.ImageGenerations => OfTotals(usage),
        EndpointKind.AudioSpeech or EndpointKind.AudioTranscriptions or EndpointKind.AudioTranslations => OfAudio(usage),
        EndpointKind.Embeddings => new TokenCounts { Prompt = usage.Long("prompt_tokens"), Total = usage.Long("total_tokens") },
        _ => OfChat(usage),
    };

    /// <summary>Writes the counts that are known.</summary>
    public void WriteTo(SpanAttributes attributes)
    {
        const string prefix = OpenInferenceNames.TokenCountPrefix;
        attributes.Set(prefix + "prompt", Prompt);
        attributes.Set(prefix + "completion", Completion);
        attributes.Set(prefix + "total", Total);
        attributes.Set(prefix + "prompt_details.cache_read", CacheRead);
        attributes.Set(prefix + "prompt_details.cache_write", CacheWrite);
        attributes.Set(prefix + "prompt_details.audio", PromptAudio);
        attributes.Set(prefix + "completion_details.reasoning", Reasoning);
        attributes.Set(prefix + "completion_details.audio", CompletionAudio);
    }

    private static TokenCounts OfChat(JsonElement usage)
    {
        var prompt = usage.Object("prompt_tokens_details");
        var completion = usage.Object("completion_tokens_details");
        return new TokenCounts
        {
            Prompt = usage.Long("prompt_tokens"),
            Completion = usage.Long("completion_tokens"),
            Total = usage.Long("total_tokens"),
            CacheRead = prompt?.Long("cached_tokens"),
            CacheWrite = Positive(prompt?.Long("cache_write_tokens")),
            PromptAudio = prompt?.Long("audio_tokens"),
            Reasoning = completion?.Long("reasoning_tokens"),
            CompletionAudio = completion?.Long("audio_tokens"),
        };
    }

    private static TokenCounts OfResponses(JsonElement usage) => OfTotals(usage) with
    {
        CacheRead = usage.Object("input_tokens_details")?.Long("cached_tokens"),
        CacheWrite = Positive(usage.Object("input_tokens_details")?.Long("cache_write_tokens")),
        Reasoning = usage.Object("output_tokens_details")?.Long("reasoning_tokens"),
    };

    private static TokenCounts OfAudio(JsonElement usage) => OfTotals(usage) with { PromptAudio = usage.Object("input_token_details")?.Long("audio_tokens") };

    private static TokenCounts OfTotals(JsonElement usage) => new()
    {
        Prompt = usage.Long("input_tokens"),
        Completion = usage.Long("output_tokens"),
        Total = usage.Long("total_tokens"),
    };

    private static TokenCounts OfMessages(JsonElement usage)
    {
        var read = usage.Long("cache_read_input_tokens");
        var written = usage.Long("cache_creation_input_tokens");
        var prompt = usage.Long("input_tokens") is { } input ? input + (read ?? 0) + (written ?? 0) : (long?)null;
        var completion = usage.Long("output_tokens");
        return new TokenCounts
        {
            Prompt = prompt,
            Completion = completion,
            Total = prompt + completion,
            CacheRead = Positive(read),
            CacheWrite = Positive(written),
            Reasoning = usage.Object("output_tokens_details")?.Long("thinking_tokens"),
        };
    }

    private static long? Positive(long? count) => count > 0 ? count : null;
}

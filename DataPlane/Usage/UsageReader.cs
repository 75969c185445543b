using System.Text.Json;
using AiGateway.Contracts;

namespace AiGateway.DataPlane.Usage;

/// <summary>
/// Reads a provider's usage object into <see cref="TokenUsage"/>. The later value of a counter replaces the earlier one; absent counters keep theirs.
/// The mapping per API is the table of docs/usage.md.
/// </summary>
public static class UsageReader
{
    /// <summary>OpenAI shapes: chat, completions, embeddings (<c>prompt_tokens</c>), Responses, images, transcription (<c>input_tokens</c>).</summary>
    /// <param name="json">JSON text of the usage object.</param>
    /// <param name="usage">Updated in place.</param>
    public static void ReadOpenAI(ReadOnlySpan<byte> json, ref TokenUsage usage)
    {
        var counters = new Counters();
        if (!TryRead(json, ref counters)) return;
        usage = usage with
        {
            Input = counters.PromptTokens ?? counters.InputTokens ?? usage.Input,
            Output = counters.CompletionTokens ?? counters.OutputTokens ?? usage.Output,
            Total = counters.TotalTokens ?? usage.Total,
            CachedInput = counters.CachedTokens ?? usage.CachedInput,
            CacheCreationInput = counters.CacheWriteTokens ?? usage.CacheCreationInput,
            Reasoning = counters.ReasoningTokens ?? usage.Reasoning,
        };
    }

    /// <summary>
    /// Anthropic: <c>input_tokens</c> excludes what was read from or written to the cache, so the three are added up. A stream tells them in
    /// <c>message_start</c> and corrects them in <c>message_delta</c>; <paramref name="raw"/> carries the uncached part between the two.
    /// </summary>
    /// <param name="json">JSON text of the usage object.</param>
    /// <param name="raw">Uncached input tokens seen so far.</param>
    /// <param name="usage">Updated in place.</param>
    public static void ReadAnthropic(ReadOnlySpan<byte> json, ref long? raw, ref TokenUsage usage)
    {
        var counters = new Counters();
        if (!TryRead(json, ref counters)) return;
        raw = counters.InputTokens ?? raw;
        var cached = counters.CacheReadInputTokens ?? usage.CachedInput;
        var created = counters.CacheCreationInputTokens ?? usage.CacheCreationInput;
        var output = counters.OutputTokens ?? usage.Output;
        var input = raw is null && cached is null && created is null ? null : (long?)((raw ?? 0) + (cached ?? 0) + (created ?? 0));
        usage = usage with
        {
            Input = input,
            CachedInput = cached,
            CacheCreationInput = created,
            Output = output,
            Reasoning = counters.ThinkingTokens ?? usage.Reasoning,
            Total = input is null && output is null ? null : (input ?? 0) + (output ?? 0),
        };
    }

    /// <summary>Cohere <c>meta.tokens</c>.</summary>
    /// <param name="json">JSON text of the tokens object.</param>
    /// <param name="usage">Updated in place.</param>
    public static void ReadCohere(ReadOnlySpan<byte> json, ref TokenUsage usage)
    {
        var counters = new Counters();
        if (!TryRead(json, ref counters)) return;
        var input = counters.InputTokens ?? usage.Input;
        var output = counters.OutputTokens ?? usage.Output;
        usage = usage with { Input = input, Output = output, Total = input is null && output is null ? null : (input ?? 0) + (output ?? 0) };
    }

    /// <summary>A bare count (<c>input_tokens</c> of counting endpoints, <c>count</c> of tokenize).</summary>
    /// <param name="json">JSON text of a number.</param>
    /// <returns>Null when it is not a non-negative integer.</returns>
    public static long? ReadCount(ReadOnlySpan<byte> json) =>
        System.Buffers.Text.Utf8Parser.TryParse(json, out long value, out var consumed) && consumed == json.Length && value >= 0 ? value : null;

    private static bool TryRead(ReadOnlySpan<byte> json, ref Counters counters)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            ReadMembers(ref reader, ref counters);
            return true;
        }
        catch (JsonException)
        {
            return false; // usage that cannot be read is usage not said; the response itself goes on
        }
    }

    private static void ReadMembers(ref Utf8JsonReader reader, ref Counters counters)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Counter(ref reader);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                // Only the documented detail objects are opened: cost or tier breakdowns may repeat the same names with other meanings.
                if (name == Name.Details) ReadMembers(ref reader, ref counters);
                else reader.Skip();
            }
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0)
            {
                counters.Set(name, value);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static Name Counter(ref Utf8JsonReader reader)
    {
        var span = reader.ValueSpan;
        return span.Length switch
        {
            12 when span.SequenceEqual("total_tokens"u8) => Name.Total,
            12 when span.SequenceEqual("input_tokens"u8) => Name.Input,
            13 when span.SequenceEqual("prompt_tokens"u8) => Name.Prompt,
            13 when span.SequenceEqual("output_tokens"u8) => Name.Output,
            13 when span.SequenceEqual("cached_tokens"u8) => Name.Cached,
            15 when span.SequenceEqual("thinking_tokens"u8) => Name.Thinking,
            16 when span.SequenceEqual("reasoning_tokens"u8) => Name.Reasoning,
            17 when span.SequenceEqual("completion_tokens"u8) => Name.Completion,
            18 when span.SequenceEqual("cache_write_tokens"u8) => Name.CacheWrite,
            20 when span.SequenceEqual("input_tokens_details"u8) => Name.Details,
            21 when span.SequenceEqual("output_tokens_details"u8) => Name.Details,
            21 when span.SequenceEqual("prompt_tokens_details"u8) => Name.Details,
            23 when span.SequenceEqual("cache_read_input_tokens"u8) => Name.CacheRead,
            25 when span.SequenceEqual("completion_tokens_details"u8) => Name.Details,
            27 when span.SequenceEqual("cache_creation_input_tokens"u8) => Name.CacheCreation,
            _ => Name.Other,
        };
    }

    private enum Name
    {
        Other,
        Prompt,
        Completion,
        Input,
        Output,
        Total,
        Cached,
        CacheWrite,
        CacheRead,
        CacheCreation,
        Reasoning,
        Thinking,
        Details,
    }

    private struct Counters
    {
        public long? PromptTokens, CompletionTokens, InputTokens, OutputTokens, TotalTokens, CachedTokens, CacheWriteTokens, CacheReadInputTokens, CacheCreationInputTokens, ReasoningTokens, ThinkingTokens;

        public void Set(Name name, long value)
        {
            switch (name)
            {
                case Name.Prompt: PromptTokens = value; break;
                case Name.Completion: CompletionTokens = value; break;
                case Name.Input: InputTokens = value; break;
                case Name.Output: OutputTokens = value; break;
                case Name.Total: TotalTokens = value; break;
                case Name.Cached: CachedTokens = value; break;
                case Name.CacheWrite: CacheWriteTokens = value; break;
                case Name.CacheRead: CacheReadInputTokens = value; break;
                case Name.CacheCreation: CacheCreationInputTokens = CacheWriteTokens = value; break;
                case Name.Reasoning: ReasoningTokens = value; break;
                case Name.Thinking: ThinkingTokens = value; break;
                default: break;
            }
        }
    }
}

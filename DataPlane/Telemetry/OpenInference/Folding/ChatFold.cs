using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>Chat completion chunks: every choice, every tool call.</summary>
internal sealed class ChatFold(int limit, bool usageChunkHidden) : StreamFold(limit)
{
    private FoldedObject? _answer;

    /// <inheritdoc/>
    public override bool TryWrite(Utf8JsonWriter writer)
    {
        _answer?.WriteTo(writer);
        return _answer is not null;
    }

    /// <inheritdoc/>
    protected override void Add(string? eventName, JsonElement data)
    {
        var answer = _answer ??= new FoldedObject(Budget);
        var hasChoices = data.Items("choices").Any();
        foreach (var member in data.EnumerateObject())
        {
            switch (member.Name)
            {
                case "choices" or "obfuscation": break;
                case "object": answer.Set("object", "chat.completion"); break;
                // The chunk that only the gateway asked for has usage and no choices.
                case "usage" when usageChunkHidden && !hasChoices:
                    if (member.Value.ValueKind == JsonValueKind.Object) HiddenUsage = member.Value.Clone();
                    break;
                default: answer.Replace(member.Name, member.Value); break;
            }
        }

        var position = 0;
        foreach (var choice in data.Items("choices"))
        {
            var index = (int)(choice.Long("index") ?? position);
            AddChoice(answer.Child("choices", index), index, choice);
            position++;
        }
    }

    private static void AddChoice(FoldedObject folded, int index, JsonElement choice)
    {
        folded.Set("index", index);
        if (choice.ValueKind != JsonValueKind.Object) return;
        foreach (var member in choice.EnumerateObject())
        {
            switch (member.Name)
            {
                case "index": break;
                case "delta" when member.Value.ValueKind == JsonValueKind.Object: AddDelta(folded.Child("message"), member.Value); break;
                case "logprobs" when member.Value.ValueKind == JsonValueKind.Object: AddLists(folded.Child("logprobs"), member.Value); break;
                default: folded.Replace(member.Name, member.Value); break;
            }
        }
    }

    private static void AddDelta(FoldedObject message, JsonElement delta)
    {
        foreach (var member in delta.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                // Reasoning is streamed in pieces under either name by servers other than OpenAI's own.
                case "content" or "refusal" or "reasoning_content" or "reasoning" when value.ValueKind == JsonValueKind.String:
                    message.Concatenate(member.Name, value.GetString()!);
                    break;
                case "annotations" or "reasoning_details" when value.ValueKind == JsonValueKind.Array: message.Extend(member.Name, value); break;
                case "function_call" when value.ValueKind == JsonValueKind.Object: AddCall(message.Child("function_call"), value, "arguments"); break;
                case "audio" when value.ValueKind == JsonValueKind.Object: AddCall(message.Child("audio"), value, "transcript", "data"); break;
                case "tool_calls" when value.ValueKind == JsonValueKind.Array: AddToolCalls(message, value); break;
                default: message.Replace(member.Name, value); break;
            }
        }
    }

    private static void AddToolCalls(FoldedObject message, JsonElement calls)
    {
        var position = 0;
        foreach (var call in calls.EnumerateArray())
        {
            var folded = message.Child("tool_calls", (int)(call.Long("index") ?? position));
            position++;
            if (call.ValueKind != JsonValueKind.Object) continue;
            foreach (var member in call.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "index": break;
                    case "function" when member.Value.ValueKind == JsonValueKind.Object: AddCall(folded.Child("function"), member.Value, "arguments"); break;
                    case "custom" when member.Value.ValueKind == JsonValueKind.Object: AddCall(folded.Child("custom"), member.Value, "input"); break;
                    default: folded.Replace(member.Name, member.Value); break;
                }
            }
        }
    }

    private static void AddCall(FoldedObject folded, JsonElement part, params ReadOnlySpan<string> concatenated)
    {
        foreach (var member in part.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && concatenated.Contains(member.Name)) folded.Concatenate(member.Name, member.Value.GetString()!);
            else folded.Replace(member.Name, member.Value);
        }
    }

    /// <summary>Log probabilities: every list goes on where the previous chunk ended.</summary>
    internal static void AddLists(FoldedObject folded, JsonElement part)
    {
        foreach (var member in part.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Array) folded.Extend(member.Name, member.Value);
            else folded.Replace(member.Name, member.Value);
        }
    }
}

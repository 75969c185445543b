using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>Completion chunks: the text of every choice.</summary>
internal sealed class CompletionFold(int limit, bool usageChunkHidden) : StreamFold(limit)
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
            if (member.Name is "choices" or "obfuscation") continue;
            if (member.Name == "usage" && usageChunkHidden && !hasChoices)
            {
                if (member.Value.ValueKind == JsonValueKind.Object) HiddenUsage = member.Value.Clone();
                continue;
            }

            answer.Replace(member.Name, member.Value);
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
                case "text" when member.Value.ValueKind == JsonValueKind.String: folded.Concatenate("text", member.Value.GetString()!); break;
                case "logprobs" when member.Value.ValueKind == JsonValueKind.Object: ChatFold.AddLists(folded.Child("logprobs"), member.Value); break;
                default: folded.Replace(member.Name, member.Value); break;
            }
        }
    }
}

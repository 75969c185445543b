using System.Globalization;
using System.Text.RegularExpressions;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>
/// Builds messages out of the OpenInference attributes of the same exchange. So every dialect is read in one place, and what masking took out of one
/// vocabulary cannot be in the other.
/// </summary>
internal static partial class GenAiMessages
{
    /// <summary>The messages under a list's prefix, in order.</summary>
    /// <param name="attributes">Masked OpenInference attributes.</param>
    /// <param name="prefix"><c>llm.input_messages.</c> or <c>llm.output_messages.</c></param>
    public static IReadOnlyList<GenAiMessage> Read(IEnumerable<KeyValuePair<string, object>> attributes, string prefix)
    {
        var messages = new SortedDictionary<int, Draft>();
        foreach (var (key, value) in attributes)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || value is not string text) continue;
            var match = MessageKey().Match(key, prefix.Length, key.Length - prefix.Length);
            if (!match.Success) continue;
            var index = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (!messages.TryGetValue(index, out var draft)) messages[index] = draft = new Draft();
            draft.Members[match.Groups[2].Value] = text;
        }

        return [.. messages.Values.Select(draft => draft.ToMessage())];
    }

    [GeneratedRegex(@"\G(\d+)\.message\.(.+)$")]
    private static partial Regex MessageKey();

    [GeneratedRegex(@"^(contents|tool_calls)\.(\d+)\.")]
    private static partial Regex ListKey();

    private sealed class Draft
    {
        public Dictionary<string, string> Members { get; } = new(StringComparer.Ordinal);

        public GenAiMessage ToMessage()
        {
            var parts = new List<GenAiPart>();
            var toolCallId = Members.GetValueOrDefault("tool_call_id");
            if (Members.GetValueOrDefault("content") is { } content) parts.Add(toolCallId is null ? new GenAiPart.Text(content) : new GenAiPart.ToolCallResponse(toolCallId, content, IsJson: false));
            foreach (var index in Indices("contents")) AddContent(parts, $"contents.{index}.");
            var hasBlocks = parts.OfType<GenAiPart.ToolCall>().Any();
            // Calls that stand among the blocks are there already, in their place.
            if (!hasBlocks) parts.AddRange(Indices("tool_calls").Select(index => Call($"tool_calls.{index}.tool_call.")).OfType<GenAiPart>());
            if (Members.GetValueOrDefault("function_call_name") is { } name) parts.Add(new GenAiPart.ToolCall(null, name, Members.GetValueOrDefault("function_call_arguments_json")));
            return new GenAiMessage(Members.GetValueOrDefault("role", "unknown"), parts);
        }

        private void AddContent(List<GenAiPart> parts, string key)
        {
            var text = Members.GetValueOrDefault(key + "message_content.text");
            GenAiPart? part = Members.GetValueOrDefault(key + "message_content.type") switch
            {
                "text" when text is not null => new GenAiPart.Text(text),
                "reasoning" when text is not null => new GenAiPart.Text(text, IsReasoning: true),
                "image" when Members.GetValueOrDefault(key + "message_content.image.image.url") is { } url => new GenAiPart.Media("image", url),
                "audio" when Members.GetValueOrDefault(key + "message_content.audio.audio.url") is { } url => new GenAiPart.Media("audio", url),
                "tool_use" => Call(key + "tool_call."),
                _ => null,
            };
            if (part is not null) parts.Add(part);
        }

        private GenAiPart.ToolCall? Call(string key)
            => Members.GetValueOrDefault(key + "function.name") is { } name ? new(Members.GetValueOrDefault(key + "id"), name, Members.GetValueOrDefault(key + "function.arguments")) : null;

        private IEnumerable<int> Indices(string list) => Members.Keys
            .Select(key => ListKey().Match(key))
            .Where(match => match.Success && match.Groups[1].ValueSpan.SequenceEqual(list))
            .Select(match => int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
            .Distinct()
            .Order();
    }
}

using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Content blocks of one Anthropic message. A block keeps its position as index, so blocks that are not recorded leave theirs unused.</summary>
internal static class MessageBlocks
{
    /// <summary>Writes the blocks; tool results belong to the message and are written by its owner.</summary>
    public static void Write(MessageAttributes message, IEnumerable<JsonElement> blocks)
    {
        var calls = 0;
        var index = -1;
        foreach (var block in blocks)
        {
            index++;
            switch (block.String("type"))
            {
                case "text": message.Text(index, block.String("text")); break;
                case "image": message.Image(index, ImageUrl(block)); break;
                case "thinking": message.Reasoning(index, new ReasoningPart(block.String("thinking"), Signature: block.String("signature"))); break;
                case "redacted_thinking": message.Reasoning(index, new ReasoningPart(null, Data: block.String("data"))); break;
                case "tool_use":
                    var arguments = block.Get("input")?.GetRawText();
                    message.ToolCall(calls++, block.String("id"), block.String("name"), arguments);
                    message.ToolUse(index, block.String("id"), block.String("name"), arguments);
                    break;
            }
        }
    }

    private static string? ImageUrl(JsonElement block)
    {
        if (block.Object("source") is not { } source) return null;
        return source.String("data") is { } data ? $"data:{source.String("media_type")};base64,{data}" : source.String("url");
    }
}

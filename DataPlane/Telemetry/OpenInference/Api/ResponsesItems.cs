using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Items of the Responses API as messages, one message per item; input and output items follow the same table.</summary>
internal sealed class ResponsesItems(SpanAttributes attributes, string list, int first)
{
    private int _index = first;

    /// <summary>Writes the items in order; kinds that are no message do not use up an index.</summary>
    public void Write(IEnumerable<JsonElement> items)
    {
        foreach (var item in items)
        {
            if (item.ValueKind == JsonValueKind.Object) WriteItem(item);
        }
    }

    private void WriteItem(JsonElement item)
    {
        var type = item.String("type") ?? (item.String("role") is null ? null : "message");
        switch (type)
        {
            case "message":
                WriteMessage(Begin(item.String("role")), item);
                break;
            case "function_call":
                Begin("assistant").ToolCall(0, item.String("call_id"), item.String("name"), item.String("arguments") is { } arguments && arguments.Trim() != "{}" ? arguments : null);
                break;
            case "custom_tool_call":
                Begin("assistant").ToolCall(0, item.String("call_id"), item.String("name"), CustomInput(item));
                break;
            case "function_call_output" or "custom_tool_call_output":
                var result = Begin("tool");
                result.ToolCallId(item.String("call_id"));
                if (item.Get("output") is { } output) result.ContentJson(output);
                break;
            case "reasoning":
                Begin("assistant").Reasoning(0, Reasoning(item));
                break;
            case "web_search_call" or "file_search_call":
                Begin("assistant").ToolCall(0, item.String("id"), type, arguments: null);
                break;
            case "computer_call":
                Begin("assistant").ToolCall(0, item.String("call_id"), type, item.Get("action")?.GetRawText());
                break;
            case "computer_call_output":
                var screen = Begin("tool");
                screen.ToolCallId(item.String("call_id"));
                if (item.Object("output")?.Text("image_url") is { } url) screen.Image(0, url);
                break;
        }
    }

    private MessageAttributes Begin(string? role) => new(attributes, list, _index++, role);

    private static void WriteMessage(MessageAttributes message, JsonElement item)
    {
        message.Content(item.String("content"));
        var index = 0;
        foreach (var part in item.Items("content"))
        {
            switch (part.String("type"))
            {
                case "input_text" or "output_text" or "text": message.Text(index++, part.String("text")); break;
                case "refusal": message.Text(index++, part.String("refusal")); break;
                case "input_image" when part.Text("image_url") is { } url: message.Image(index++, url); break;
            }
        }
    }

    private static string? CustomInput(JsonElement item)
        => item.Get("input") is { } input ? JsonText.Object(writer => writer.WriteRaw("input", input)) : null;

    private ReasoningPart Reasoning(JsonElement item)
    {
        var summary = string.Join('\n', item.Items("summary").Select(part => part.String("text")).OfType<string>());
        return new ReasoningPart(summary, EncryptedContent: item.String("encrypted_content"), Id: attributes.Options.RecordReasoningIds ? item.String("id") : null);
    }
}

using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Chat completions.</summary>
internal sealed class ChatSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "ChatCompletion";

    /// <inheritdoc/>
    public string Kind => "LLM";

    /// <inheritdoc/>
    public string? System => "openai";

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
        draft.Try("invocation parameters", () => draft.Attributes.Set(InvocationParameters, JsonText.Without(request, "messages", "tools", "functions")));
        draft.Try("input messages", () => WriteInputMessages(draft.Attributes, request));
        draft.Try("tools", () => ToolSchemas.Write(draft.Attributes, request));
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        draft.Try("finish reason", () => draft.Attributes.Set(FinishReason, Choices.First(response)?.String("finish_reason")));
        draft.Try("output messages", () => WriteOutputMessages(draft.Attributes, response));
    }

    private static void WriteInputMessages(SpanAttributes attributes, JsonElement request)
    {
        var index = 0;
        foreach (var message in request.Items("messages"))
        {
            if (message.ValueKind == JsonValueKind.Object) WriteMessage(new MessageAttributes(attributes, InputMessages, index++, message.String("role")), message);
        }
    }

    private static void WriteOutputMessages(SpanAttributes attributes, JsonElement response)
    {
        var position = 0;
        foreach (var choice in response.Items("choices"))
        {
            var index = choice.Long("index") is >= 0 and < 100_000 and var given ? (int)given : position;
            position++;
            if (choice.Object("message") is not { } message) continue;
            // A stream may end before the role came.
            var output = new MessageAttributes(attributes, OutputMessages, index, message.Text("role") ?? "assistant");
            WriteMessage(output, message);
            if (message.Object("audio")?.Text("transcript") is { } transcript) output.Audio(0, url: null, mimeType: null, transcript);
        }
    }

    private static void WriteMessage(MessageAttributes output, JsonElement message)
    {
        output.Content(message.String("content"));
        WriteParts(output, message);
        output.Name(message.String("name"));
        output.ToolCallId(message.String("tool_call_id"));
        WriteToolCalls(output, message);
        if (message.Object("function_call") is { } call) output.FunctionCall(call.String("name"), call.String("arguments"));
    }

    private static void WriteParts(MessageAttributes output, JsonElement message)
    {
        var index = 0;
        foreach (var part in message.Items("content"))
        {
            switch (part.String("type"))
            {
                case "text":
                    output.Text(index++, part.String("text"));
                    break;
                case "image_url":
                    output.Image(index++, part.Object("image_url")?.String("url") ?? part.String("image_url"));
                    break;
                case "input_audio" when part.Object("input_audio") is { } audio:
                    var mimeType = audio.Text("format") is { } format ? $"audio/{format}" : null;
                    var url = audio.Text("data") is { } data ? $"data:{mimeType};base64,{data}" : null;
                    output.Audio(index++, url, mimeType, transcript: null);
                    break;
            }
        }
    }

    private static void WriteToolCalls(MessageAttributes output, JsonElement message)
    {
        var index = 0;
        foreach (var call in message.Items("tool_calls"))
        {
            var function = call.Object("function");
            var custom = call.Object("custom");
            var signature = call.Object("extra_content")?.Object("google")?.String("thought_signature");
            output.ToolCall(index++, call.String("id"), function?.String("name") ?? custom?.String("name"), function?.String("arguments") ?? custom?.String("input"), signature);
        }
    }
}

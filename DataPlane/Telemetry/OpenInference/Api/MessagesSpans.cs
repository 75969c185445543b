using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Anthropic Messages.</summary>
internal sealed class MessagesSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "Message";

    /// <inheritdoc/>
    public string Kind => "LLM";

    /// <inheritdoc/>
    public string? System => "anthropic";

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
        draft.Try("invocation parameters", () => draft.Attributes.Set(InvocationParameters, JsonText.Without(request, "model", "messages", "system", "tools")));
        draft.Try("input messages", () => WriteInputMessages(draft.Attributes, request));
        draft.Try("tools", () => ToolSchemas.Write(draft.Attributes, request));
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        draft.Try("finish reason", () => draft.Attributes.Set(FinishReason, response.String("stop_reason")));
        draft.Try("output messages", () =>
        {
            if (response.Get("content") is null) return;
            MessageBlocks.Write(new MessageAttributes(draft.Attributes, OutputMessages, 0, response.Text("role") ?? "assistant"), response.Items("content"));
        });
    }

    private static void WriteInputMessages(SpanAttributes attributes, JsonElement request)
    {
        var index = 0;
        if (request.Text("system") is { } system)
        {
            new MessageAttributes(attributes, InputMessages, index++, "system").Content(system);
        }
        else if (request.Items("system").Any())
        {
            MessageBlocks.Write(new MessageAttributes(attributes, InputMessages, index++, "system"), request.Items("system"));
        }

        foreach (var message in request.Items("messages"))
        {
            if (message.ValueKind == JsonValueKind.Object) index = WriteMessage(attributes, index, message);
        }
    }

    private static int WriteMessage(SpanAttributes attributes, int index, JsonElement message)
    {
        var role = message.String("role");
        var results = message.Items("content").Where(IsToolResult).ToList();
        if (results.Count <= 1)
        {
            var output = new MessageAttributes(attributes, InputMessages, index++, role);
            output.Content(message.String("content"));
            if (results.Count == 1) WriteResult(output, results[0]);
            MessageBlocks.Write(output, message.Items("content"));
            return index;
        }

        // One message has one tool_call_id: several results become several messages, what is left follows them.
        foreach (var result in results) WriteResult(new MessageAttributes(attributes, InputMessages, index++, "tool"), result);
        var rest = message.Items("content").Where(block => !IsToolResult(block)).ToList();
        if (rest.Count > 0) MessageBlocks.Write(new MessageAttributes(attributes, InputMessages, index++, role), rest);
        return index;
    }

    private static bool IsToolResult(JsonElement block) => block.String("type") == "tool_result";

    private static void WriteResult(MessageAttributes output, JsonElement result)
    {
        output.ToolCallId(result.String("tool_use_id"));
        if (result.Get("content") is { } content) output.ContentJson(content);
    }
}

using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>The Responses API.</summary>
internal sealed class ResponsesSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "Responses";

    /// <inheritdoc/>
    public string Kind => "LLM";

    /// <inheritdoc/>
    public string? System => "openai";

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
        draft.Try("invocation parameters", () => draft.Attributes.Set(InvocationParameters, JsonText.Without(request, "input", "instructions", "tools")));
        draft.Try("input messages", () => WriteInputMessages(draft, request));
        draft.Try("tools", () => ToolSchemas.Write(draft.Attributes, request));
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        draft.Try("finish reason", () => draft.Attributes.Set(FinishReason, Reason(response)));
        draft.Try("output messages", () => new ResponsesItems(draft.Attributes, OutputMessages, 0).Write(response.Items("output")));
    }

    private static void WriteInputMessages(SpanDraft draft, JsonElement request)
    {
        var index = 0;
        if (request.Text("instructions") is { } instructions)
            new MessageAttributes(draft.Attributes, InputMessages, index++, "system").Content(instructions);
        if (request.Text("input") is { } text) new MessageAttributes(draft.Attributes, InputMessages, index, "user").Content(text);
        else new ResponsesItems(draft.Attributes, InputMessages, index).Write(request.Items("input"));
    }

    private static string? Reason(JsonElement response)
    {
        var status = response.String("status");
        return status == "incomplete" ? response.Object("incomplete_details")?.Text("reason") ?? status : status;
    }
}

using System.Globalization;
using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Completions: prompts and choices instead of messages.</summary>
internal sealed class CompletionsSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "Completion";

    /// <inheritdoc/>
    public string Kind => "LLM";

    /// <inheritdoc/>
    public string? System => "openai";

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
        draft.Try("invocation parameters", () => draft.Attributes.Set(InvocationParameters, JsonText.Without(request, "prompt")));
        draft.Try("prompts", () => WritePrompts(draft.Attributes, request));
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        draft.Try("finish reason", () => draft.Attributes.Set(FinishReason, Choices.First(response)?.String("finish_reason")));
        draft.Try("choices", () => WriteChoices(draft.Attributes, response));
    }

    private static void WritePrompts(SpanAttributes attributes, JsonElement request)
    {
        if (request.String("prompt") is { } prompt)
        {
            attributes.Set(Prompts + "0.prompt.text", prompt);
            return;
        }

        var index = 0;
        foreach (var item in request.Items("prompt"))
        {
            // Token arrays are counted but give no text.
            if (item.ValueKind == JsonValueKind.String) attributes.Set(string.Create(CultureInfo.InvariantCulture, $"{Prompts}{index}.prompt.text"), item.GetString());
            index++;
        }
    }

    private static void WriteChoices(SpanAttributes attributes, JsonElement response)
    {
        var index = 0;
        foreach (var choice in response.Items("choices"))
            attributes.Set(string.Create(CultureInfo.InvariantCulture, $"{OpenInferenceNames.Choices}{index++}.completion.text"), choice.String("text"));
    }
}

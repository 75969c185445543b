using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Speech, transcription and translation: no messages; facts about the sound go to the metadata.</summary>
/// <param name="name">Span name.</param>
/// <param name="content">Request members that are content and therefore no parameters.</param>
internal sealed class AudioSpans(string name, params string[] content) : IApiSpans
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Kind => "LLM";

    /// <inheritdoc/>
    public string? System => "openai";

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
        => draft.Try("invocation parameters", () => draft.Attributes.Set(InvocationParameters, JsonText.Without(request, content)));

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response) => draft.Try("audio facts", () =>
    {
        var usage = response.Object("usage");
        var seconds = response.Get("duration") ?? (usage?.String("type") == "duration" ? usage?.Get("seconds") : null);
        if (seconds is { ValueKind: JsonValueKind.Number } duration) draft.Metadata.Add("audio_duration", duration);
        if (response.Text("language") is { } language) draft.Metadata.Add("language", language);
    });

    /// <inheritdoc/>
    public void WriteOutputValue(SpanDraft draft)
    {
        var reading = draft.Reading;
        if (reading.Capture.ResponseBytes > 0) draft.Metadata.Add("audio_bytes", reading.Capture.ResponseBytes);
        draft.Attributes.SetBody(OutputValue, OutputMimeType, reading.Response);
        if (!reading.Response.IsJson && !reading.Response.Bytes.IsEmpty) draft.Attributes.Set(OutputMimeType, PlainText);
    }
}

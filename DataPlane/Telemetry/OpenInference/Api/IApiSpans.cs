using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>What one API puts on its spans beyond what all have.</summary>
internal interface IApiSpans
{
    /// <summary>Span name.</summary>
    string Name { get; }

    /// <summary>OpenInference kind.</summary>
    string Kind { get; }

    /// <summary><c>llm.system</c>; null for kinds that have neither system nor provider.</summary>
    string? System { get; }

    /// <summary>Which attribute names the model.</summary>
    string ModelAttribute => ModelName;

    /// <summary>Whether token counts are read from the answer's <c>usage</c>.</summary>
    bool HasUsage => true;

    /// <summary>Writes what the request tells.</summary>
    void WriteRequest(SpanDraft draft, JsonElement request);

    /// <summary>Writes what the answer tells, whole or partial.</summary>
    void WriteResponse(SpanDraft draft, JsonElement response);

    /// <summary>Writes the answer as a whole.</summary>
    void WriteOutputValue(SpanDraft draft) => draft.Attributes.SetBody(OutputValue, OutputMimeType, draft.Reading.Response);
}

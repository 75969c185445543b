using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Image generation. The prompt stays out of the parameters, which other switches than the input's would show.</summary>
internal sealed class ImageSpans : IApiSpans
{
    /// <inheritdoc/>
    public string Name => "ImagesResponse";

    /// <inheritdoc/>
    public string Kind => "LLM";

    /// <inheritdoc/>
    public string? System => "openai";

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
        => draft.Try("invocation parameters", () => draft.Attributes.Set(InvocationParameters, JsonText.Without(request, "prompt")));

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
    }
}

using System.Text.Json;
using static AiGateway.DataPlane.Telemetry.OpenInference.OpenInferenceNames;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Api;

/// <summary>Requests that only count: kind CHAIN, because the counts of LLM spans are added up and priced.</summary>
/// <param name="name">Span name.</param>
/// <param name="countMember">Member of the answer that holds the count.</param>
internal sealed class TokenSpans(string name, string? countMember) : IApiSpans
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Kind => "CHAIN";

    /// <inheritdoc/>
    public string? System => null;

    /// <inheritdoc/>
    public bool HasUsage => false;

    /// <inheritdoc/>
    public void WriteRequest(SpanDraft draft, JsonElement request)
    {
    }

    /// <inheritdoc/>
    public void WriteResponse(SpanDraft draft, JsonElement response)
    {
        if (countMember is not null) draft.Try("token counts", () => new TokenCounts { Prompt = response.Long(countMember) }.WriteTo(draft.Attributes));
    }
}

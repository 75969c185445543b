using AiGateway.DataPlane.Telemetry.OpenInference;

namespace AiGateway.DataPlane.Telemetry.GenAi;

/// <summary>OpenInference spans that carry the <c>gen_ai.*</c> attributes beside. Where a reader knows both, OpenInference wins.</summary>
public sealed class BothConvention : ISpanConvention
{
    private readonly OpenInferenceOptions _options;
    private readonly OpenInferenceConvention _openInference;
    private readonly GenAiConvention _genAi;
    private readonly Action<string, Exception>? _dropped;

    /// <summary>Creates the convention; the parameters are those of <see cref="GenAiConvention"/>.</summary>
    public BothConvention(bool captureContent, OpenInferenceOptions options, Action<string, Exception>? dropped = null)
    {
        _options = options;
        _dropped = dropped;
        _openInference = new OpenInferenceConvention(options, dropped);
        _genAi = new GenAiConvention(captureContent, options, dropped);
    }

    /// <inheritdoc/>
    public SpanRecord Build(ExchangeCapture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        using var reading = ExchangeReading.Of(capture, _options.FoldLimit, _dropped);
        var span = _openInference.Build(reading);
        var additions = new SpanDraft(_options, reading, _dropped);
        _genAi.Write(additions, span.Attributes);
        if (!reading.Succeeded) additions.Attributes.Set(GenAiNames.ErrorType, ErrorType(span));
        return span with { Attributes = [.. span.Attributes.Concat(additions.Attributes.ToList()).OrderBy(attribute => AttributeOrder.Rank(attribute.Key))] };
    }

    // The class of the exception event, which both vocabularies then agree on; a client that went away leaves no event.
    private static string ErrorType(SpanRecord span)
        => span.Events.SelectMany(e => e.Attributes).FirstOrDefault(attribute => attribute.Key == "exception.type").Value as string ?? "cancelled";
}

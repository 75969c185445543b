namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>A span while it is being filled from one exchange.</summary>
internal sealed class SpanDraft(OpenInferenceOptions options, ExchangeReading reading, Action<string, Exception>? dropped)
{
    /// <summary>The exchange.</summary>
    public ExchangeReading Reading { get; } = reading;

    /// <summary>The attributes so far.</summary>
    public SpanAttributes Attributes { get; } = new(options);

    /// <summary>The members of <c>metadata</c> so far.</summary>
    public SpanMetadata Metadata { get; } = new();

    /// <summary>What is hidden.</summary>
    public OpenInferenceOptions Options { get; } = options;

    /// <summary>Runs one extraction; see <see cref="Guard"/>.</summary>
    public void Try(string what, Action extract) => Guard(what, extract, dropped);

    /// <summary>
    /// Runs one extraction. Recording must never fail, whatever the bytes: one that throws is dropped and reported, the span stays. This is the one place
    /// of this folder that catches everything.
    /// </summary>
    /// <param name="what">Name of the extraction for the counter.</param>
    /// <param name="extract">The extraction.</param>
    /// <param name="dropped">Told of a failure.</param>
    public static void Guard(string what, Action extract, Action<string, Exception>? dropped)
    {
        try
        {
            extract();
        }
        catch (Exception exception)
        {
            dropped?.Invoke(what, exception);
        }
    }
}

namespace AiGateway.DataPlane.Telemetry;

/// <summary>A vocabulary for AI spans: pure, no clock, no I/O. Implementations must not throw for any bytes.</summary>
public interface ISpanConvention
{
    /// <summary>Turns a finished exchange into its span.</summary>
    /// <param name="capture">What was kept; broken bodies give a span with what could be read.</param>
    SpanRecord Build(ExchangeCapture capture);
}

using System.Diagnostics;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>A finished exchange on its way to its span, with the pooled bytes that <see cref="Capture"/> points into.</summary>
/// <param name="Activity">Started with the exchange, not stopped.</param>
/// <param name="Capture">Facts and byte ranges.</param>
/// <param name="EndedAt">When the last byte went out.</param>
/// <param name="Request">Owner of the request bytes.</param>
/// <param name="Response">Owner of the response bytes.</param>
public sealed record SpanWork(Activity Activity, ExchangeCapture Capture, DateTimeOffset EndedAt, PooledBytes? Request, PooledBytes? Response) : IDisposable
{
    /// <summary>Bytes that wait with it; does not change when it is disposed.</summary>
    public long Bytes { get; } = (Request?.Length ?? 0) + (Response?.Length ?? 0);

    /// <inheritdoc />
    public void Dispose()
    {
        Request?.Dispose();
        Response?.Dispose();
    }
}

using AiGateway.DataPlane.Streaming;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Knows whether what a client has received of an event stream ends between two events. Mutable: keep it in a field.</summary>
internal struct EventBoundary
{
    private byte _last;
    private byte _beforeLast;
    private byte _third;
    private bool _insideLongEvent;
    private bool _started;

    /// <summary>Nothing was sent yet, or a whole number of events.</summary>
    public readonly bool IsAtEnd => !_insideLongEvent && (!_started || (_last == '\n' && (_beforeLast == '\n' || (_beforeLast == '\r' && _third == '\n'))));

    /// <summary>Bytes went to the client as they came.</summary>
    public void Passed(ReadOnlySpan<byte> bytes)
    {
        _insideLongEvent = false;
        if (!bytes.IsEmpty) _started = true;
        foreach (var value in bytes.Length > 3 ? bytes[^3..] : bytes) (_third, _beforeLast, _last) = (_beforeLast, _last, value);
    }

    /// <summary>A filter wrote; it writes whole events, except long ones.</summary>
    public void Passed(UsageChunkFilter filter)
    {
        _insideLongEvent = filter.IsInsideLongEvent;
        _started = false;
    }
}

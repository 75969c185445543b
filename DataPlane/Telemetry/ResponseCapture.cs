using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>Keeps the beginning of a response for its span, up to a limit. Does nothing when no span wants it.</summary>
/// <param name="limit">Bytes kept at most.</param>
public sealed class ResponseCapture(int limit) : IDisposable
{
    private PooledBytes? _bytes;

    /// <summary>Whether bytes are kept.</summary>
    public bool Wanted { get; set; }

    /// <summary>Content type of what is kept.</summary>
    public string? ContentType { get; set; }

    /// <summary>More came than was kept.</summary>
    public bool Truncated { get; private set; }

    /// <summary>What was kept.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes?.Written ?? default;

    /// <summary>Offers bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (!Wanted) return;
        _bytes ??= new PooledBytes();
        var room = limit - _bytes.Length;
        if (bytes.Length > room)
        {
            Truncated = true;
            bytes = bytes[..Math.Max(0, room)];
        }

        _bytes.Write(bytes);
    }

    /// <summary>Forgets the bytes of an attempt that is being repeated.</summary>
    public void Clear()
    {
        _bytes?.Clear();
        Truncated = false;
    }

    /// <summary>Gives the buffer to a new owner.</summary>
    public PooledBytes? Detach()
    {
        var bytes = _bytes;
        _bytes = null;
        return bytes;
    }

    /// <inheritdoc />
    public void Dispose() => Detach()?.Dispose();
}

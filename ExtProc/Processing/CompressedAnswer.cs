using System.Buffers;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Streaming;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// A backend's answer in a content coding. For a client that reads the coding it passes as it is and is read when it is complete; for another it has to be
/// unpacked, because the backend was told not to compress and did.
/// </summary>
/// <param name="coding">The backend's <c>content-encoding</c>.</param>
/// <param name="accepted">The client's <c>accept-encoding</c>, or null.</param>
internal sealed class CompressedAnswer(string coding, string? accepted) : IDisposable
{
    /// <summary>Most of an answer that is unpacked.</summary>
    public const int LookLimit = 16 * 1024 * 1024;

    private PooledBytes? _kept;

    /// <summary>The client does not read the coding, and we do.</summary>
    public bool MustBeUnpacked => !AcceptedCodings.Takes(accepted, coding.AsSpan().Trim()) && ContentCoding.IsKnown(coding);

    /// <summary>Keeps a piece that passes, to be read at the end.</summary>
    public void Keep(in ReadOnlySequence<byte> body)
    {
        _kept ??= new PooledBytes();
        if (_kept.Length >= LookLimit) return;
        _kept.Write(body);
    }

    /// <summary>Unpacks what was kept.</summary>
    /// <returns>False when nothing was, or it is not in the coding.</returns>
    public bool TryReadKept(out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        return _kept is not null && TryDecode(_kept.Written, out plain);
    }

    /// <summary>Unpacks bytes at hand, up to the limit.</summary>
    /// <returns>False when they are not in the coding.</returns>
    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> plain) => ContentCoding.TryDecode(coding, bytes, LookLimit, out plain);

    /// <inheritdoc />
    public void Dispose()
    {
        _kept?.Dispose();
        _kept = null;
    }
}

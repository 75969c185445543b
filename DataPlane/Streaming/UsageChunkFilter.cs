using System.Buffers;

namespace AiGateway.DataPlane.Streaming;

/// <summary>
/// Takes the usage chunk that the gateway asked for on its own account out of a chat or completions stream. Whole events pass at once; only the
/// beginning of an event that is still arriving waits, because it cannot be used by the client yet either.
/// </summary>
public sealed class UsageChunkFilter(ResponseScanner scanner)
{
    /// <summary>An event that is longer than this cannot be a usage chunk and passes as it comes.</summary>
    public const int LongestEvent = 256 * 1024;

    private byte[]? _held;
    private int _heldLength;
    private bool _passing; // inside an event that is too long to be held

    private bool _lineHasText; // of the line that is passing

    /// <summary>The client has received the beginning of an event whose end has not come.</summary>
    public bool IsInsideLongEvent => _passing;

    /// <summary>True when <paramref name="bytes"/> can be forwarded as they are, without <see cref="Process"/>.</summary>
    public bool PassesWhole(ReadOnlySpan<byte> bytes) => _heldLength == 0 && !_passing && EndsEvent(bytes) && !MayCarryUsage(bytes);

    /// <summary>Writes what the client may see of <paramref name="bytes"/> and of what was held before.</summary>
    /// <returns>Bytes written.</returns>
    public int Process(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        var written = 0;
        if (_passing)
        {
            var end = EndOfPassingEvent(bytes);
            written = end < 0 ? bytes.Length : end;
            output.Write(bytes[..written]);
            if (end < 0) return written;
            _passing = false;
            bytes = bytes[end..];
        }

        Hold(bytes);
        var complete = EndOfLastEvent(_held.AsSpan(0, _heldLength));
        written += Forward(_held.AsSpan(0, complete), output);
        _held.AsSpan(complete, _heldLength - complete).CopyTo(_held);
        _heldLength -= complete;
        if (_heldLength > LongestEvent)
        {
            var held = _held.AsSpan(0, _heldLength);
            output.Write(held);
            written += _heldLength;
            _heldLength = 0;
            _passing = true;
            _lineHasText = held[(held.LastIndexOf((byte)'\n') + 1)..].IndexOfAnyExcept((byte)'\r') >= 0;
        }

        return written;
    }

    /// <summary>Writes the rest at the end of the stream (an event without its blank line) and gives the buffer back.</summary>
    /// <returns>Bytes written.</returns>
    public int Finish(IBufferWriter<byte> output)
    {
        if (_held is null) return 0;
        var written = Forward(_held.AsSpan(0, _heldLength), output);
        Abandon();
        return written;
    }

    /// <summary>Gives the buffer back without writing.</summary>
    public void Abandon()
    {
        if (_held is null) return;
        ArrayPool<byte>.Shared.Return(_held);
        _held = null;
        _heldLength = 0;
    }

    private static bool MayCarryUsage(ReadOnlySpan<byte> bytes) => ResponseScanner.MayCarry("\"usage\""u8, bytes);

    private static bool EndsEvent(ReadOnlySpan<byte> bytes) => bytes.EndsWith("\n\n"u8) || bytes.EndsWith("\n\r\n"u8);

    private static int EndOfFirstEvent(ReadOnlySpan<byte> bytes)
    {
        var lf = bytes.IndexOf("\n\n"u8);
        var crlf = bytes.IndexOf("\n\r\n"u8);
        if (lf < 0) return crlf < 0 ? -1 : crlf + 3;
        return crlf < 0 || lf < crlf ? lf + 2 : crlf + 3;
    }

    private static int EndOfLastEvent(ReadOnlySpan<byte> bytes)
    {
        var lf = bytes.LastIndexOf("\n\n"u8);
        var crlf = bytes.LastIndexOf("\n\r\n"u8);
        return Math.Max(lf < 0 ? 0 : lf + 2, crlf < 0 ? 0 : crlf + 3);
    }

    /// <summary>Where the long event ends, across pieces: at the first line without text. -1 when it goes on.</summary>
    private int EndOfPassingEvent(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var lf = bytes[at..].IndexOf((byte)'\n');
            var line = lf < 0 ? bytes[at..] : bytes.Slice(at, lf);
            _lineHasText |= line.IndexOfAnyExcept((byte)'\r') >= 0;
            if (lf < 0) return -1;
            at += lf + 1;
            if (!_lineHasText) return at;
            _lineHasText = false;
        }

        return -1;
    }

    private int Forward(ReadOnlySpan<byte> events, IBufferWriter<byte> output)
    {
        if (!MayCarryUsage(events))
        {
            if (!events.IsEmpty) output.Write(events);
            return events.Length;
        }

        var written = 0;
        while (!events.IsEmpty)
        {
            var end = EndOfFirstEvent(events);
            var one = end < 0 ? events : events[..end];
            if (!IsUsageChunk(one))
            {
                output.Write(one);
                written += one.Length;
            }

            events = events[one.Length..];
        }

        return written;
    }

    private bool IsUsageChunk(ReadOnlySpan<byte> one)
    {
        if (!MayCarryUsage(one)) return false;
        foreach (var range in one.Split((byte)'\n'))
        {
            var payload = ResponseScanner.Payload(one[range]);
            if (!payload.IsEmpty && scanner.IsUsageOnly(payload)) return true;
        }

        return false;
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        var needed = _heldLength + bytes.Length;
        if (_held is null || _held.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(4096, needed));
            if (_held is not null)
            {
                _held.AsSpan(0, _heldLength).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_held);
            }

            _held = larger;
        }

        bytes.CopyTo(_held.AsSpan(_heldLength));
        _heldLength = needed;
    }
}

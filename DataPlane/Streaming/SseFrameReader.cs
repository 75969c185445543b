using System.Buffers;
using System.Text;

namespace AiGateway.DataPlane.Streaming;

/// <summary>
/// Incremental framing of server-sent events (WHATWG HTML, section "Server-sent events"). The caller keeps the bytes, hands over what it has and
/// keeps what is left; how the bytes were cut never shows in the frames. One instance per stream.
/// </summary>
/// <remarks>Whole lines are consumed at once and a partial line is scanned once, so a stream that trickles in byte by byte costs linear time.</remarks>
public sealed class SseFrameReader
{
    /// <summary>Default bound of one event: larger than any event a model API sends (images arrive as one event of several megabytes).</summary>
    public const int DefaultMaxFrameBytes = 64 << 20;

    private const byte Lf = (byte)'\n';
    private const byte Cr = (byte)'\r';

    private readonly int _maxFrameBytes;
    private readonly ArrayBufferWriter<byte> _data = new();
    private bool _started;
    private bool _skipLf;
    private bool _dispatched;
    private long _scanned;
    private string? _event;
    private string? _eventCache;

    /// <summary>Creates a reader.</summary>
    /// <param name="maxFrameBytes">Bound of one event's data and of one line.</param>
    public SseFrameReader(int maxFrameBytes = DefaultMaxFrameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxFrameBytes);
        _maxFrameBytes = maxFrameBytes;
    }

    /// <summary>Reads all events of a complete body, the last one also when its blank line is missing.</summary>
    /// <param name="body">The whole stream.</param>
    /// <param name="maxFrameBytes">Bound of one event.</param>
    /// <exception cref="InvalidDataException">An event exceeds the bound.</exception>
    public static IEnumerable<SseFrame> ReadAll(ReadOnlyMemory<byte> body, int maxFrameBytes = DefaultMaxFrameBytes)
    {
        var reader = new SseFrameReader(maxFrameBytes);
        var buffer = new ReadOnlySequence<byte>(body);
        while (reader.TryRead(ref buffer, out var frame)) yield return frame;
        if (reader.TryReadLast(ref buffer, out var last)) yield return last;
    }

    /// <summary>Reads the next complete event.</summary>
    /// <param name="buffer">Bytes from where the previous call stopped; advanced past everything that was understood.</param>
    /// <param name="frame">The event.</param>
    /// <returns>False when more bytes are needed.</returns>
    /// <exception cref="InvalidDataException">The event exceeds the bound.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out SseFrame frame)
    {
        BeginFrame();
        frame = default;
        if (!TrySkipByteOrderMark(ref buffer, endOfStream: false)) return false;
        while (TryReadLine(ref buffer, out var line))
        {
            if (TakeLine(line, out frame)) return true;
        }

        return false;
    }

    /// <summary>At the end of the stream: the rest as one event, if it has data. Call after <see cref="TryRead"/> said no.</summary>
    /// <param name="buffer">What is left; empty afterwards.</param>
    /// <param name="frame">The event that lacked its blank line.</param>
    public bool TryReadLast(ref ReadOnlySequence<byte> buffer, out SseFrame frame)
    {
        BeginFrame();
        TrySkipByteOrderMark(ref buffer, endOfStream: true);
        if (_skipLf && !buffer.IsEmpty && buffer.FirstSpan[0] == Lf) buffer = buffer.Slice(1);
        if (!buffer.IsEmpty)
        {
            Check(buffer.Length);
            TakeLine(buffer, out _);
            buffer = buffer.Slice(buffer.End);
        }

        _skipLf = false;
        _scanned = 0;
        return Dispatch(out frame);
    }

    private void BeginFrame()
    {
        if (!_dispatched) return;
        _dispatched = false;
        _data.ResetWrittenCount();
    }

    private bool TrySkipByteOrderMark(ref ReadOnlySequence<byte> buffer, bool endOfStream)
    {
        if (_started) return true;
        if (buffer.IsEmpty) return false;
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        Span<byte> head = stackalloc byte[3];
        var length = (int)Math.Min(3, buffer.Length);
        buffer.Slice(0, length).CopyTo(head);
        var matches = head[..length].SequenceEqual(mark[..length]);
        if (matches && length < 3 && !endOfStream) return false;
        if (matches && length == 3) buffer = buffer.Slice(3);
        _started = true;
        return true;
    }

    private bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (_skipLf && !buffer.IsEmpty)
        {
            // A CR ended the previous line at once; this LF belongs to it and may arrive a packet later.
            _skipLf = false;
            if (buffer.FirstSpan[0] == Lf) buffer = buffer.Slice(1);
        }

        var rest = buffer.Slice(_scanned);
        if (PositionOfLineEnd(rest) is not { } end)
        {
            _scanned = buffer.Length;
            Check(_scanned);
            return false;
        }

        _scanned = 0;
        line = buffer.Slice(0, end);
        Check(line.Length);
        var ending = buffer.Slice(end);
        _skipLf = ending.FirstSpan[0] == Cr;
        buffer = ending.Slice(1);
        return true;
    }

    private static SequencePosition? PositionOfLineEnd(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            var index = bytes.FirstSpan.IndexOfAny(Lf, Cr);
            return index < 0 ? null : bytes.GetPosition(index);
        }

        var reader = new SequenceReader<byte>(bytes);
        return reader.TryAdvanceToAny([Lf, Cr], advancePastDelimiter: false) ? reader.Position : null;
    }

    private bool TakeLine(in ReadOnlySequence<byte> line, out SseFrame frame)
    {
        frame = default;
        if (line.IsEmpty) return Dispatch(out frame);
        if (line.IsSingleSegment)
        {
            TakeField(line.FirstSpan);
            return false;
        }

        var length = (int)line.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            line.CopyTo(rented);
            TakeField(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return false;
    }

    private void TakeField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon == 0) return; // a comment, used as a keep-alive
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..];
        if (!value.IsEmpty && value[0] == (byte)' ') value = value[1..];
        if (name.SequenceEqual("data"u8)) AppendData(value);
        else if (name.SequenceEqual("event"u8)) _event = EventName(value);
    }

    private void AppendData(ReadOnlySpan<byte> value)
    {
        // Every data line ends with LF here; the last one is taken off again at dispatch, as the standard has it.
        Check((long)_data.WrittenCount + value.Length);
        _data.Write(value);
        _data.Write("\n"u8);
    }

    private string? EventName(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return null;
        if (_eventCache is null || !Ascii.Equals(value, _eventCache)) _eventCache = Encoding.UTF8.GetString(value);
        return _eventCache;
    }

    private bool Dispatch(out SseFrame frame)
    {
        var name = _event;
        _event = null;
        frame = default;
        if (_data.WrittenCount == 0) return false;
        frame = new SseFrame(name, _data.WrittenMemory[..^1]);
        _dispatched = true;
        return true;
    }

    private void Check(long length)
    {
        if (length > _maxFrameBytes) throw new InvalidDataException($"An event of the stream exceeds {_maxFrameBytes} bytes.");
    }
}

using System.Buffers;
using System.Text;
using AiGateway.DataPlane.Streaming;

namespace AiGateway.DataPlane.Tests.Streaming;

public sealed class SseFrameReaderTests
{
    private const string Mixed =
        "\uFEFF: hello\n\nevent: a\ndata: {\"x\":\"é世🌍\"}\n\ndata:no space\r\ndata:  two\r\n\r\nevent: b\rdata: cr\r\rid: 7\nretry: 10\n\n" +
        "data\ndata\n\ndata:\n\nevent: lost\n\ndata: first\n:comment in between\nunknown: x\ndata: second\n\ndata: [DONE]\n\nevent: last\ndata: unterminated";

    private static readonly string[] s_mixed =
    [
        "a|{\"x\":\"é世🌍\"}", "|no space\n two", "b|cr", "|\n", "|", "|first\nsecond", "|[DONE]", "last|unterminated",
    ];

    [Fact]
    public void ReadAll_MixedStream_GivesEveryEvent() => Assert.Equal(s_mixed, SseFrameReader.ReadAll(Encoding.UTF8.GetBytes(Mixed)).Select(Show));

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void TryRead_CutAtEveryByte_GivesTheSameEvents(string lineEnd)
    {
        var body = Encoding.UTF8.GetBytes(Mixed.Replace("\r\n", "\n").Replace("\r", "\n").Replace("\n", lineEnd));

        for (var cut = 0; cut <= body.Length; cut++) Assert.Equal(s_mixed, ReadPieces([body[..cut], body[cut..]]));
        Assert.Equal(s_mixed, ReadPieces([.. body.Select(b => new[] { b })]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TryRead_CutAtRandomPlaces_GivesTheSameEvents(int seed)
    {
        var random = new Random(seed);
        var body = Encoding.UTF8.GetBytes(Mixed);

        for (var run = 0; run < 200; run++)
        {
            var pieces = new List<byte[]>();
            for (var start = 0; start < body.Length;)
            {
                var length = Math.Min(body.Length - start, random.Next(0, 12));
                pieces.Add(body[start..(start + length)]);
                start += length;
            }

            Assert.Equal(s_mixed, ReadPieces(pieces));
        }
    }

    [Fact]
    public void TryRead_CompleteEvent_DoesNotWaitForTheNextByte()
    {
        var reader = new SseFrameReader();
        var buffer = new ReadOnlySequence<byte>("data: x\r\r"u8.ToArray());

        Assert.True(reader.TryRead(ref buffer, out var frame));
        Assert.Equal("x", Encoding.UTF8.GetString(frame.Data.Span));
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void TryRead_UnterminatedEvent_StaysForTheEnd()
    {
        var reader = new SseFrameReader();
        var buffer = new ReadOnlySequence<byte>("data: x\n"u8.ToArray());

        Assert.False(reader.TryRead(ref buffer, out _));
        Assert.True(reader.TryReadLast(ref buffer, out var frame));
        Assert.Equal("x", Encoding.UTF8.GetString(frame.Data.Span));
        Assert.False(reader.TryReadLast(ref buffer, out _));
    }

    [Theory]
    [InlineData("data: 123456789012345678901234567890")] // a line without end
    [InlineData("data: 12345678\ndata: 12345678\ndata: 12345678\n")] // many lines
    public void TryRead_EventOverTheBound_Refuses(string text)
    {
        var reader = new SseFrameReader(maxFrameBytes: 20);
        var buffer = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text));

        Assert.Throws<InvalidDataException>(() => reader.TryRead(ref buffer, out _));
    }

    [Fact]
    public void TryRead_ManyEventsUnderTheBound_AreNotAddedUp()
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data: 1234567890\n\n", 100)));

        Assert.Equal(100, SseFrameReader.ReadAll(body, maxFrameBytes: 20).Count());
    }

    private static List<string> ReadPieces(IEnumerable<byte[]> pieces)
    {
        var reader = new SseFrameReader();
        var frames = new List<string>();
        Segment? first = null, last = null;
        foreach (var piece in pieces)
        {
            // Bytes that were not consumed stay as segments of their own, as a pipe keeps them.
            last = first is null ? first = new Segment(piece, 0) : last!.Append(piece);
            var buffer = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
            while (reader.TryRead(ref buffer, out var frame)) frames.Add(Show(frame));
            (first, last) = Keep(buffer);
        }

        var rest = first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
        if (reader.TryReadLast(ref rest, out var end)) frames.Add(Show(end));
        return frames;
    }

    private static (Segment? First, Segment? Last) Keep(ReadOnlySequence<byte> buffer)
    {
        Segment? first = null, last = null;
        foreach (var memory in buffer)
        {
            if (memory.IsEmpty) continue;
            last = first is null ? first = new Segment(memory, 0) : last!.Append(memory);
        }

        return (first, last);
    }

    private static string Show(SseFrame frame) => $"{frame.Event}|{Encoding.UTF8.GetString(frame.Data.Span)}";

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}

using System.Buffers;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>Bytes in pieces, as a pipe hands them over.</summary>
internal static class Segments
{
    /// <summary>Pieces of the given sizes in turn, empty ones included; without sizes, one piece.</summary>
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, params IReadOnlyList<int> sizes)
    {
        if (sizes.Count == 0 || sizes.All(size => size == 0)) return new ReadOnlySequence<byte>(bytes);
        var first = new Segment(ReadOnlyMemory<byte>.Empty, null);
        var last = first;
        for (var turn = 0; !bytes.IsEmpty; turn++)
        {
            var size = Math.Min(sizes[turn % sizes.Count], bytes.Length);
            last = new Segment(bytes[..size], last);
            bytes = bytes[size..];
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null) return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}

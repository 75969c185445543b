using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace AiGateway.TestSupport.Wire;

/// <summary>Reads lines, heads and counted bytes from a connection. Bounded, and it says how the input ended.</summary>
public sealed class WireReader(PipeReader pipe)
{
    private const int LongestHead = 16 * 1024 * 1024;

    /// <summary>The next message head; null when the connection ended cleanly before its first byte.</summary>
    public async Task<HttpHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var raw = await ReadThroughAsync("\r\n\r\n"u8.ToArray(), cancellationToken);
        return raw is null ? null : HttpHead.Parse(raw);
    }

    /// <summary>The next line without its CRLF.</summary>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var raw = await ReadThroughAsync("\r\n"u8.ToArray(), cancellationToken)
            ?? throw WireException.Truncated("The connection ended before a line.");
        return Encoding.Latin1.GetString(raw, 0, raw.Length - 2);
    }

    /// <summary>Whatever has arrived, at most <paramref name="max"/> bytes; empty at the end of the input.</summary>
    public async Task<byte[]> ReadSomeAsync(long max, CancellationToken cancellationToken)
    {
        var result = await pipe.ReadAsync(cancellationToken);
        var taken = result.Buffer.Slice(0, Math.Min(max, result.Buffer.Length));
        var bytes = taken.ToArray();
        pipe.AdvanceTo(taken.End);
        return bytes;
    }

    /// <summary>Exactly <paramref name="count"/> bytes.</summary>
    public async Task<byte[]> ReadExactlyAsync(long count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var some = await ReadSomeAsync(count - filled, cancellationToken);
            if (some.Length == 0)
                throw WireException.Truncated($"The connection ended after {filled} of {count} bytes.");
            some.CopyTo(bytes, filled);
            filled += some.Length;
        }

        return bytes;
    }

    /// <summary>One chunk of a chunked body; null for the last one, whose trailers are then in <paramref name="trailers"/>.</summary>
    public async Task<byte[]?> ReadChunkAsync(List<string> trailers, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        var size = line.Split(';')[0].Trim();
        if (!long.TryParse(size, System.Globalization.NumberStyles.AllowHexSpecifier, null, out var length) || length < 0)
            throw new WireException($"Not a chunk size: '{line}'");
        if (length > 0)
        {
            var data = await ReadExactlyAsync(length, cancellationToken);
            if (await ReadLineAsync(cancellationToken) is { Length: > 0 } extra)
                throw new WireException($"A chunk is followed by '{extra}' instead of an empty line.");
            return data;
        }

        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } trailer)
            trailers.Add(trailer);
        return null;
    }

    private async Task<byte[]?> ReadThroughAsync(byte[] delimiter, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken);
            if (TryCut(result.Buffer, delimiter, out var end) is { } found)
            {
                pipe.AdvanceTo(end);
                return found;
            }

            var length = result.Buffer.Length;
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
                return length == 0 ? null : throw WireException.Truncated($"The connection ended after {length} bytes of a head or line.");
            if (length > LongestHead)
                throw new WireException($"A head or line has more than {LongestHead} bytes.");
        }
    }

    private static byte[]? TryCut(in ReadOnlySequence<byte> buffer, byte[] delimiter, out SequencePosition end)
    {
        var reader = new SequenceReader<byte>(buffer);
        var found = reader.TryReadTo(out ReadOnlySequence<byte> _, delimiter, advancePastDelimiter: true);
        end = reader.Position;
        return found ? buffer.Slice(0, end).ToArray() : null;
    }
}

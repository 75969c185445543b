using System.Buffers;
using System.Text;
using AiGateway.ExtProc.Protocol.Grpc;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>
/// The file format: eight bytes of magic with the version, then records, each with its length before it. A record is the stream's number, microseconds
/// since the file was begun, the kind, and a payload to its end. Numbers are protobuf varints. Files are only appended to, so one that a crash cut is
/// readable up to its last whole record.
/// </summary>
public static class RecordingFormat
{
    /// <summary>Extension of recordings.</summary>
    public const string Extension = ".aigwrec";

    /// <summary>Longest record that is read; a longer one is damage.</summary>
    internal const int LongestRecord = 256 * 1024 * 1024;

    /// <summary>First bytes of every file; the last one is the version.</summary>
    internal static ReadOnlySpan<byte> Magic => "AIGWREC\u0001"u8;

    /// <summary>Appends a record.</summary>
    internal static void Write(ArrayBufferWriter<byte> output, in RecordedEvent recorded)
    {
        Span<byte> head = stackalloc byte[21];
        var length = Put(head, (ulong)recorded.Stream);
        length += Put(head[length..], (ulong)(recorded.At.Ticks / TimeSpan.TicksPerMicrosecond));
        head[length++] = (byte)recorded.Kind;
        Span<byte> size = stackalloc byte[10];
        output.Write(size[..Put(size, (ulong)(length + recorded.Payload.Length))]);
        output.Write(head[..length]);
        output.Write(recorded.Payload.Span);
    }

    /// <summary>Reads one record.</summary>
    /// <returns>False when the bytes end before it does.</returns>
    /// <exception cref="FormatException">The bytes are no record.</exception>
    internal static bool TryRead(ReadOnlyMemory<byte> bytes, out RecordedEvent recorded, out int consumed)
    {
        recorded = default;
        consumed = 0;
        if (!TryGet(bytes.Span, out var length, out var at)) return false;
        if (length > LongestRecord) throw new FormatException("a record is longer than any can be");
        if ((ulong)(bytes.Length - at) < length) return false;
        var record = bytes.Slice(at, (int)length);
        if (!TryGet(record.Span, out var stream, out var first) || !TryGet(record.Span[first..], out var microseconds, out var second) || first + second >= record.Length || microseconds > long.MaxValue / 10)
            throw new FormatException("a record has no head");
        recorded = new RecordedEvent((long)stream, TimeSpan.FromMicroseconds(microseconds), (RecordedEventKind)record.Span[first + second], record[(first + second + 1)..]);
        consumed = at + (int)length;
        return true;
    }

    /// <summary>Payload of <see cref="RecordedEventKind.File"/>: when it was begun (Unix milliseconds) and whether bodies are as they were.</summary>
    internal static byte[] File(DateTimeOffset startedAt, bool keepsBodies)
    {
        Span<byte> bytes = stackalloc byte[11];
        var length = Put(bytes, (ulong)startedAt.ToUnixTimeMilliseconds());
        bytes[length++] = keepsBodies ? (byte)1 : (byte)0;
        return bytes[..length].ToArray();
    }

    /// <summary>Reads <see cref="File(DateTimeOffset, bool)"/>.</summary>
    internal static (DateTimeOffset StartedAt, bool KeepsBodies) ReadFile(ReadOnlySpan<byte> payload) =>
        TryGet(payload, out var milliseconds, out var length) && payload.Length > length && milliseconds < 253402300800000
            ? (DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds), payload[length] == 1)
            : throw new FormatException("the file's first record is damaged");

    /// <summary>Payload of <see cref="RecordedEventKind.Open"/>: names and values by turns, each with its length.</summary>
    internal static byte[] Open(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var output = new ArrayBufferWriter<byte>(256);
        Span<byte> size = stackalloc byte[10];
        foreach (var (name, value) in metadata)
        {
            foreach (var text in (ReadOnlySpan<string>)[name, value])
            {
                var bytes = Encoding.UTF8.GetBytes(text);
                output.Write(size[..Put(size, (ulong)bytes.Length)]);
                output.Write(bytes);
            }
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>gRPC metadata of an <see cref="RecordedEventKind.Open"/> record.</summary>
    /// <exception cref="FormatException">The payload is damaged.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> ReadOpen(ReadOnlySpan<byte> payload)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        while (!payload.IsEmpty)
        {
            var name = Text(ref payload);
            metadata.Add(new(name, Text(ref payload)));
        }

        return metadata;
    }

    /// <summary>Payload of <see cref="RecordedEventKind.Status"/>: the code and the text.</summary>
    internal static byte[] Status(GrpcStatusCode code, string message) => [(byte)code, .. Encoding.UTF8.GetBytes(message)];

    /// <summary>Code and text of a <see cref="RecordedEventKind.Status"/> record.</summary>
    /// <exception cref="FormatException">The payload is damaged.</exception>
    public static (GrpcStatusCode Code, string Message) ReadStatus(ReadOnlySpan<byte> payload) =>
        payload.IsEmpty ? throw new FormatException("a status has no code") : ((GrpcStatusCode)payload[0], Encoding.UTF8.GetString(payload[1..]));

    private static string Text(ref ReadOnlySpan<byte> payload)
    {
        if (!TryGet(payload, out var length, out var at) || (ulong)(payload.Length - at) < length) throw new FormatException("metadata of a stream is damaged");
        var text = Encoding.UTF8.GetString(payload.Slice(at, (int)length));
        payload = payload[(at + (int)length)..];
        return text;
    }

    private static int Put(Span<byte> output, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7) output[length++] = (byte)(value | 0x80);
        output[length++] = (byte)value;
        return length;
    }

    private static bool TryGet(ReadOnlySpan<byte> bytes, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < bytes.Length;)
        {
            if (length == 10) throw new FormatException("a number is longer than any can be");
            var part = bytes[length];
            value |= (ulong)(part & 0x7F) << (7 * length++);
            if (part < 0x80) return true;
        }

        return false;
    }
}

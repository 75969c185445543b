using System.Buffers;
using System.Buffers.Binary;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>The five bytes before each message: a compression flag and the length, big endian.</summary>
internal static class MessageFrame
{
    public const int HeaderBytes = 5;

    /// <summary>Reads the five bytes without consuming them.</summary>
    /// <returns>False when there are fewer.</returns>
    public static bool TryReadHeader(in ReadOnlySequence<byte> buffer, out byte flag, out uint length)
    {
        flag = 0;
        length = 0;
        if (buffer.Length < HeaderBytes) return false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        flag = header[0];
        length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return true;
    }

    /// <summary>Writes one uncompressed message with its header straight into the output.</summary>
    public static void Write<T>(IBufferWriter<byte> output, IMessageCodec<T> codec, T message)
    {
        var size = codec.Size(message);
        var header = output.GetSpan(HeaderBytes);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], size);
        output.Advance(HeaderBytes);
        codec.Write(message, output);
    }
}

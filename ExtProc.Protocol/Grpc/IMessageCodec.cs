using System.Buffers;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Bytes of one message to a value and back. Used by many calls at once.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IMessageCodec<T>
{
    /// <summary>Reads one message.</summary>
    /// <param name="payload">All of its bytes; the result may refer to them.</param>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message.</exception>
    T Read(in ReadOnlySequence<byte> payload);

    /// <summary>Length in bytes of what <see cref="Write"/> will write.</summary>
    int Size(T message);

    /// <summary>Writes exactly <see cref="Size"/> bytes.</summary>
    void Write(T message, IBufferWriter<byte> output);
}

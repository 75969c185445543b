using System.Buffers;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Generated messages by their generated parser. What it reads owns its bytes.</summary>
/// <typeparam name="T">The generated class.</typeparam>
public sealed class ProtobufCodec<T> : IMessageCodec<T>
    where T : class, IMessage<T>, new()
{
    private readonly MessageParser<T> _parser = new(static () => new T());

    /// <inheritdoc/>
    public T Read(in ReadOnlySequence<byte> payload) => _parser.ParseFrom(payload);

    /// <inheritdoc/>
    public int Size(T message) => message.CalculateSize();

    /// <inheritdoc/>
    public void Write(T message, IBufferWriter<byte> output) => message.WriteTo(output);
}

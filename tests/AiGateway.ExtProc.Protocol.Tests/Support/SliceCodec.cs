using System.Buffers;
using AiGateway.ExtProc.Protocol.Grpc;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>Messages as they lie in the received bytes.</summary>
internal sealed class SliceCodec : IMessageCodec<ReadOnlySequence<byte>>
{
    public static readonly SliceCodec Instance = new();

    public ReadOnlySequence<byte> Read(in ReadOnlySequence<byte> payload) => payload;

    public int Size(ReadOnlySequence<byte> message) => (int)message.Length;

    public void Write(ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        foreach (var part in message) output.Write(part.Span);
    }
}

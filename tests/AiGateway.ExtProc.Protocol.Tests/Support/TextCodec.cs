using System.Buffers;
using System.Text;
using AiGateway.ExtProc.Protocol.Grpc;

namespace AiGateway.ExtProc.Protocol.Tests.Support;

/// <summary>Messages that are plain text: what travels is easy to see, and no message is malformed.</summary>
internal sealed class TextCodec : IMessageCodec<string>
{
    public static readonly TextCodec Instance = new();

    public string Read(in ReadOnlySequence<byte> payload) => Encoding.UTF8.GetString(payload);

    public int Size(string message) => Encoding.UTF8.GetByteCount(message);

    public void Write(string message, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(message, output);
}

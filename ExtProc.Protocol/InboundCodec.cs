using System.Buffers;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol;

/// <summary>
/// Envoy's messages to a processor. Bodies are sliced out of the received bytes when reading and written from where they lie, so a body of megabytes never
/// becomes one array; everything else goes through the generated messages. Unknown fields are skipped.
/// </summary>
public sealed class InboundCodec : IMessageCodec<InboundMessage>
{
    /// <summary>The generated parser as this codec uses it.</summary>
    internal static readonly MessageParser<ProcessingRequest> Parser = ProcessingRequest.Parser.WithDiscardUnknownFields(true);

    private const int FlagBytes = 2; // tag and one byte

    /// <inheritdoc/>
    public InboundMessage Read(in ReadOnlySequence<byte> payload) =>
        BodyMessageReader.TryRead(payload, out var message) ? message : InboundMessage.Of(Parser.ParseFrom(payload));

    /// <inheritdoc/>
    public int Size(InboundMessage message)
    {
        if (!message.IsBody) return Whole(message).CalculateSize();
        var body = BodySize(message);
        return checked(1 + CodedOutputStream.ComputeLengthSize(body) + body + (Context(message)?.CalculateSize() ?? 0));
    }

    /// <inheritdoc/>
    public void Write(InboundMessage message, IBufferWriter<byte> output)
    {
        if (!message.IsBody)
        {
            Whole(message).WriteTo(output);
            return;
        }

        var field = message.Kind == InboundKind.RequestBody ? ProcessingRequest.RequestBodyFieldNumber : ProcessingRequest.ResponseBodyFieldNumber;
        WriteLength(output, field, BodySize(message));
        if (!message.Body.IsEmpty)
        {
            WriteLength(output, HttpBody.BodyFieldNumber, checked((int)message.Body.Length));
            foreach (var part in message.Body) output.Write(part.Span);
        }

        WriteFlag(output, HttpBody.EndOfStreamFieldNumber, message.EndOfStream);
        WriteFlag(output, HttpBody.EndOfStreamWithoutMessageFieldNumber, message.EndOfStreamWithoutMessage);
        WriteFlag(output, HttpBody.GrpcMessageCompressedFieldNumber, message.GrpcMessageCompressed);
        Context(message)?.WriteTo(output);
    }

    private static ProcessingRequest Whole(in InboundMessage message) => message.Message ?? throw new ArgumentException("The message carries neither a body nor anything else.");

    private static ProcessingRequest? Context(in InboundMessage message) => message.Context is null or { RequestCase: ProcessingRequest.RequestOneofCase.None }
        ? message.Context
        : throw new ArgumentException("The context of a body carries another part of the exchange.");

    private static int BodySize(in InboundMessage message)
    {
        var length = checked((int)message.Body.Length);
        var flags = (message.EndOfStream ? FlagBytes : 0) + (message.EndOfStreamWithoutMessage ? FlagBytes : 0) + (message.GrpcMessageCompressed ? FlagBytes : 0);
        return checked((length == 0 ? 0 : 1 + CodedOutputStream.ComputeLengthSize(length) + length) + flags);
    }

    private static void WriteFlag(IBufferWriter<byte> output, int field, bool value)
    {
        if (!value) return;
        var span = output.GetSpan(FlagBytes);
        span[0] = (byte)WireFormat.MakeTag(field, WireFormat.WireType.Varint);
        span[1] = 1;
        output.Advance(FlagBytes);
    }

    private static void WriteLength(IBufferWriter<byte> output, int field, int length)
    {
        var span = output.GetSpan(6);
        span[0] = (byte)WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
        var written = 1;
        var rest = (uint)length;
        for (; rest >= 0x80; rest >>= 7) span[written++] = (byte)(rest | 0x80);
        span[written++] = (byte)rest;
        output.Advance(written);
    }
}

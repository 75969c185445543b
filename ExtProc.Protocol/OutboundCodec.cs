using System.Buffers;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol;

/// <summary>
/// Answers of a processor, for clients. A large body is sliced out of the received bytes instead of becoming one array; everything else goes through the
/// generated messages.
/// </summary>
/// <param name="slices">False keeps bodies in the messages, for those who write them down.</param>
public sealed class OutboundCodec(bool slices = true) : IMessageCodec<OutboundMessage>
{
    /// <summary>Answers up to this size are parsed whole: their bodies are cheap to copy.</summary>
    private const int Small = 16 * 1024;

    /// <summary>The messages on the way to a body.</summary>
    private enum Part
    {
        Other,
        Answer,
        HeadersOrBody,
        Common,
        Mutation,
        Streamed,
        Immediate,
        Body,
    }

    /// <inheritdoc/>
    public OutboundMessage Read(in ReadOnlySequence<byte> payload)
    {
        if (slices && payload.Length > Small)
        {
            var rest = new ArrayBufferWriter<byte>(1024);
            ReadOnlySequence<byte>? slice = null;
            if (TryStrip(Part.Answer, payload, rest, ref slice) && slice is not null) return new OutboundMessage(ProcessingResponse.Parser.ParseFrom(rest.WrittenSpan), slice);
        }

        return new OutboundMessage(ProcessingResponse.Parser.ParseFrom(payload), null);
    }

    /// <inheritdoc/>
    public int Size(OutboundMessage message) => Whole(message).CalculateSize();

    /// <inheritdoc/>
    public void Write(OutboundMessage message, IBufferWriter<byte> output) => Whole(message).WriteTo(output);

    private static ProcessingResponse Whole(OutboundMessage message) =>
        message.Slice is null ? message.Message : throw new ArgumentException("A received answer whose body was sliced out cannot be sent.", nameof(message));

    /// <summary>Copies a message with an empty body.</summary>
    /// <returns>False for what is rare or wrong, such as two bodies: the generated parser then decides.</returns>
    private static bool TryStrip(Part part, in ReadOnlySequence<byte> message, ArrayBufferWriter<byte> rest, ref ReadOnlySequence<byte>? slice)
    {
        var fields = new WireFields(message);
        while (!fields.AtEnd)
        {
            if (!fields.TryRead()) return false;
            var next = fields.WireType == WireFields.LengthDelimited ? Next(part, fields.Number) : Part.Other;
            if (next == Part.Other)
            {
                foreach (var bytes in fields.Whole) rest.Write(bytes.Span);
            }
            else if (next == Part.Body)
            {
                if (slice is not null) return false;
                slice = fields.Bytes;
                WriteField(fields.Number, default, rest);
            }
            else
            {
                var nested = new ArrayBufferWriter<byte>(256);
                if (!TryStrip(next, fields.Bytes, nested, ref slice)) return false;
                WriteField(fields.Number, nested.WrittenSpan, rest);
            }
        }

        return true;
    }

    private static Part Next(Part part, int field) => (part, field) switch
    {
        (Part.Answer, >= ProcessingResponse.RequestHeadersFieldNumber and <= ProcessingResponse.ResponseBodyFieldNumber) => Part.HeadersOrBody,
        (Part.Answer, ProcessingResponse.ImmediateResponseFieldNumber) => Part.Immediate,
        (Part.HeadersOrBody, HeadersResponse.ResponseFieldNumber) => Part.Common, // the same number in BodyResponse
        (Part.Common, CommonResponse.BodyMutationFieldNumber) => Part.Mutation,
        (Part.Mutation, BodyMutation.BodyFieldNumber) => Part.Body,
        (Part.Mutation, BodyMutation.StreamedResponseFieldNumber) => Part.Streamed,
        (Part.Streamed, StreamedBodyResponse.BodyFieldNumber) => Part.Body,
        (Part.Immediate, ImmediateResponse.BodyFieldNumber) => Part.Body,
        _ => Part.Other,
    };

    private static void WriteField(int number, ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
    {
        WriteVarInt(WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited), output);
        WriteVarInt((uint)bytes.Length, output);
        output.Write(bytes);
    }

    private static void WriteVarInt(uint value, ArrayBufferWriter<byte> output)
    {
        var span = output.GetSpan(5);
        var written = 0;
        for (; value >= 0x80; value >>= 7) span[written++] = (byte)(value | 0x80);
        span[written++] = (byte)value;
        output.Advance(written);
    }
}

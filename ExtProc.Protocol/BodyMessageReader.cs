using System.Buffers;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Protocol;

/// <summary>
/// Finds the body in a message of Envoy as a slice of the received bytes. Understands the messages that Envoy sends, one body and what may come with it;
/// of all others it says so, and the generated parser, which copies, takes them.
/// </summary>
internal static class BodyMessageReader
{
    /// <returns>False for any other message, malformed ones included.</returns>
    public static bool TryRead(in ReadOnlySequence<byte> payload, out InboundMessage message)
    {
        message = default;
        var found = false;
        var contextLength = 0L;
        var fields = new WireFields(payload);
        while (!fields.AtEnd)
        {
            if (!fields.TryRead()) return false;
            if (fields.Number is < ProcessingRequest.RequestHeadersFieldNumber or > ProcessingRequest.ResponseTrailersFieldNumber)
            {
                if (!IsNothing(fields)) contextLength += fields.Whole.Length;
                continue;
            }

            // A second part of the exchange in one message would have to be merged or dropped as protobuf says.
            if (found || KindOf(fields) is not { } kind || !TryReadBody(kind, fields.Bytes, out message)) return false;
            found = true;
        }

        if (found && contextLength > 0) message = message with { Context = ReadContext(payload, (int)contextLength) };
        return found;
    }

    // Envoy adds metadata_context to every message, nearly always empty.
    private static bool IsNothing(in WireFields field) =>
        field is { Number: ProcessingRequest.MetadataContextFieldNumber, WireType: WireFields.LengthDelimited, Bytes.IsEmpty: true };

    private static InboundKind? KindOf(in WireFields field) => field.WireType != WireFields.LengthDelimited
        ? null
        : field.Number switch
        {
            ProcessingRequest.RequestBodyFieldNumber => InboundKind.RequestBody,
            ProcessingRequest.ResponseBodyFieldNumber => InboundKind.ResponseBody,
            _ => null,
        };

    private static bool TryReadBody(InboundKind kind, in ReadOnlySequence<byte> httpBody, out InboundMessage message)
    {
        message = default;
        var body = ReadOnlySequence<byte>.Empty;
        bool end = false, withoutMessage = false, compressed = false;
        var fields = new WireFields(httpBody);
        while (!fields.AtEnd)
        {
            if (!fields.TryRead()) return false;
            switch (fields.Number, fields.WireType)
            {
                case (HttpBody.BodyFieldNumber, WireFields.LengthDelimited):
                    body = fields.Bytes;
                    break;
                case (HttpBody.EndOfStreamFieldNumber, WireFields.VarInt):
                    end = fields.Value != 0;
                    break;
                case (HttpBody.EndOfStreamWithoutMessageFieldNumber, WireFields.VarInt):
                    withoutMessage = fields.Value != 0;
                    break;
                case (HttpBody.GrpcMessageCompressedFieldNumber, WireFields.VarInt):
                    compressed = fields.Value != 0;
                    break;
            }
        }

        message = new InboundMessage(kind, null, body, end) { EndOfStreamWithoutMessage = withoutMessage, GrpcMessageCompressed = compressed };
        return true;
    }

    /// <summary>Parses everything but the body; it is small, so it is put together in a rented array.</summary>
    private static ProcessingRequest? ReadContext(in ReadOnlySequence<byte> payload, int length)
    {
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var written = 0;
            var fields = new WireFields(payload);
            while (!fields.AtEnd && fields.TryRead())
            {
                if (fields.Number is >= ProcessingRequest.RequestHeadersFieldNumber and <= ProcessingRequest.ResponseTrailersFieldNumber || IsNothing(fields)) continue;
                fields.Whole.CopyTo(rented.AsSpan(written));
                written += (int)fields.Whole.Length;
            }

            var context = InboundCodec.Parser.ParseFrom(rented.AsSpan(0, written));
            return InboundMessage.HasContext(context) ? context : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

using System.Buffers;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Protocol;

/// <summary>One message of Envoy to a processor, with its body as it lies in the received bytes.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="Message">The message; null for bodies.</param>
/// <param name="Body">The body's bytes; valid as long as those they were read from.</param>
/// <param name="EndOfStream">Nothing follows in this direction; always so for trailers.</param>
public readonly record struct InboundMessage(InboundKind Kind, ProcessingRequest? Message, ReadOnlySequence<byte> Body, bool EndOfStream)
{
    /// <summary>
    /// What came along with a body (metadata, attributes, configuration), without the body. Null when there was nothing; an empty
    /// <c>metadata_context</c>, which Envoy adds to every message, is nothing.
    /// </summary>
    public ProcessingRequest? Context { get; init; }

    /// <summary>Of a body: the end comes without a gRPC message (gRPC body mode).</summary>
    public bool EndOfStreamWithoutMessage { get; init; }

    /// <summary>Of a body: the gRPC message in it is compressed (gRPC body mode).</summary>
    public bool GrpcMessageCompressed { get; init; }

    /// <summary>Whether this is a body of either direction.</summary>
    public bool IsBody => Kind is InboundKind.RequestBody or InboundKind.ResponseBody;

    /// <summary>A body to send, of the client or of the backend. The bytes must stay until the message is written.</summary>
    /// <param name="kind">One of the two bodies.</param>
    /// <param name="body">Its bytes, which are not copied.</param>
    /// <param name="endOfStream">Nothing follows.</param>
    /// <param name="context">Metadata and the like; without a body.</param>
    public static InboundMessage OfBody(InboundKind kind, in ReadOnlySequence<byte> body, bool endOfStream, ProcessingRequest? context = null) =>
        kind is InboundKind.RequestBody or InboundKind.ResponseBody
            ? new InboundMessage(kind, null, body, endOfStream) { Context = context }
            : throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a body.");

    /// <summary>Any other message, to send or as it was read.</summary>
    public static InboundMessage Of(ProcessingRequest message)
    {
        switch (message.RequestCase)
        {
            case ProcessingRequest.RequestOneofCase.RequestHeaders: return new(InboundKind.RequestHeaders, message, default, message.RequestHeaders.EndOfStream);
            case ProcessingRequest.RequestOneofCase.ResponseHeaders: return new(InboundKind.ResponseHeaders, message, default, message.ResponseHeaders.EndOfStream);
            case ProcessingRequest.RequestOneofCase.RequestBody: return OfBody(InboundKind.RequestBody, message.RequestBody, message);
            case ProcessingRequest.RequestOneofCase.ResponseBody: return OfBody(InboundKind.ResponseBody, message.ResponseBody, message);
            case ProcessingRequest.RequestOneofCase.RequestTrailers: return new(InboundKind.RequestTrailers, message, default, true);
            case ProcessingRequest.RequestOneofCase.ResponseTrailers: return new(InboundKind.ResponseTrailers, message, default, true);
            default: return new(InboundKind.Unknown, message, default, false);
        }
    }

    /// <summary>Whether a message says anything beside its body.</summary>
    internal static bool HasContext(ProcessingRequest message) =>
        message.MetadataContext is { FilterMetadata.Count: > 0 } or { TypedFilterMetadata.Count: > 0 }
        || message.Attributes.Count > 0
        || message.ObservabilityMode
        || message.ProtocolConfig is not null;

    private static InboundMessage OfBody(InboundKind kind, HttpBody body, ProcessingRequest message)
    {
        message.ClearRequest();
        return new InboundMessage(kind, null, new ReadOnlySequence<byte>(body.Body.Memory), body.EndOfStream)
        {
            Context = HasContext(message) ? message : null,
            EndOfStreamWithoutMessage = body.EndOfStreamWithoutMessage,
            GrpcMessageCompressed = body.GrpcMessageCompressed,
        };
    }
}

using System.Buffers;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Protocol;

/// <summary>One answer of a processor, with a large body as it lies in the received bytes.</summary>
/// <param name="Message">The answer; a body that was sliced out is empty in it.</param>
/// <param name="Slice">The body's bytes when they were sliced out, valid as long as those they were read from; null when the message has them.</param>
public readonly record struct OutboundMessage(ProcessingResponse Message, ReadOnlySequence<byte>? Slice)
{
    /// <summary>What the answer says about head and body; null for immediate responses, trailers and answers that say nothing.</summary>
    public CommonResponse? Common => Message.ResponseCase switch
    {
        ProcessingResponse.ResponseOneofCase.RequestHeaders => Message.RequestHeaders.Response,
        ProcessingResponse.ResponseOneofCase.ResponseHeaders => Message.ResponseHeaders.Response,
        ProcessingResponse.ResponseOneofCase.RequestBody => Message.RequestBody.Response,
        ProcessingResponse.ResponseOneofCase.ResponseBody => Message.ResponseBody.Response,
        _ => null,
    };

    /// <summary>The bytes to put in place of the body, or of the piece that was sent; null when it stays.</summary>
    public ReadOnlySequence<byte>? NewBody => Common?.BodyMutation switch
    {
        { MutationCase: BodyMutation.MutationOneofCase.Body } mutation => Slice ?? new ReadOnlySequence<byte>(mutation.Body.Memory),
        { MutationCase: BodyMutation.MutationOneofCase.ClearBody, ClearBody: true } => ReadOnlySequence<byte>.Empty,
        _ => null,
    };

    /// <summary>The piece of a body in full duplex; null in every other mode.</summary>
    public StreamedBodyResponse? Piece => Common?.BodyMutation?.StreamedResponse;

    /// <summary>Bytes of <see cref="Piece"/>.</summary>
    public ReadOnlySequence<byte> PieceBytes => Slice ?? new ReadOnlySequence<byte>(Piece?.Body.Memory ?? default);

    /// <summary>Body of an immediate response.</summary>
    public ReadOnlySequence<byte> ImmediateBody => Slice ?? new ReadOnlySequence<byte>(Message.ImmediateResponse?.Body.Memory ?? default);
}

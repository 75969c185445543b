using System.Buffers;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// Response answers for a filter whose response_body_mode is FULL_DUPLEX_STREAMED. Envoy then takes bodies only as <c>streamed_response</c> pieces, however
/// many and whenever they come, and waits for no single answer: so an error's head is held until its body is there, and everything else passes in pieces.
/// </summary>
internal sealed class DuplexResponse : IDisposable
{
    /// <summary>Longest error body that is kept to be rewritten.</summary>
    private const int LongestHeld = 16 * 1024 * 1024;

    private readonly Queue<ProcessingResponse> _next = new();
    private ProcessingResponse? _head;
    private PooledBytes? _held;

    /// <summary>The head waits for the end of the body.</summary>
    public bool IsHolding => _head is not null;

    /// <summary>Takes the answer to the response head.</summary>
    /// <param name="head">As a buffering filter would get it.</param>
    /// <param name="holds">The body may change it.</param>
    public ProcessingResponse? Begin(ProcessingResponse head, bool holds)
    {
        head.ModeOverride = null; // pieces come anyway
        if (!holds) return head;
        _head = head;
        _held = new PooledBytes();
        return null;
    }

    /// <summary>Takes a piece of the body.</summary>
    /// <param name="message">The piece.</param>
    /// <param name="response">What reads and changes the answer.</param>
    /// <param name="finish">Completes the exchange; its facts go into the answer.</param>
    public ProcessingResponse? Continue(in InboundMessage message, ResponsePhases response, Action<ProcessingResponse> finish)
    {
        if (_head is null)
        {
            var piece = Piece(message, response);
            if (message.EndOfStream) finish(piece);
            else if (piece.ResponseBody.Response.BodyMutation.StreamedResponse.Body.IsEmpty) return null;
            return piece;
        }

        Hold(message.Body);
        return message.EndOfStream ? Release(endOfStream: true, response, finish) : null;
    }

    /// <summary>The body ended with trailers.</summary>
    /// <param name="trailers">The answer to them.</param>
    /// <param name="response">What reads and changes the answer.</param>
    /// <param name="finish">Completes the exchange; its facts go into the answer.</param>
    public ProcessingResponse End(ProcessingResponse trailers, ResponsePhases response, Action<ProcessingResponse> finish)
    {
        var first = _head is null
            ? Answers.Piece(Bytes(Piece(InboundMessage.OfBody(InboundKind.ResponseBody, ReadOnlySequence<byte>.Empty, endOfStream: true), response)), endOfStream: false)
            : Release(endOfStream: false, response, finish: null);
        finish(trailers);
        _next.Enqueue(trailers);
        return first;
    }

    /// <summary>What follows the answer that was given last.</summary>
    public ProcessingResponse? Next() => _next.TryDequeue(out var answer) ? answer : null;

    /// <inheritdoc />
    public void Dispose() => _held?.Dispose();

    private ProcessingResponse Release(bool endOfStream, ResponsePhases response, Action<ProcessingResponse>? finish)
    {
        var head = _head!;
        _head = null;
        var whole = InboundMessage.OfBody(InboundKind.ResponseBody, new ReadOnlySequence<byte>(_held!.Written), endOfStream: true);
        var changed = response.Continue(whole).ResponseBody.Response;
        if (changed.HeaderMutation is { } headers) (head.ResponseHeaders.Response ??= new CommonResponse()).HeaderMutation = Merge(head.ResponseHeaders.Response.HeaderMutation, headers);
        var body = Answers.Piece(changed.BodyMutation is { } mutation ? mutation.Body.Memory : _held.Written, endOfStream);
        finish?.Invoke(body);
        _next.Enqueue(body);
        return head;
    }

    private void Hold(in ReadOnlySequence<byte> body)
    {
        if (_held!.Length + body.Length > LongestHeld) throw new GrpcException(GrpcStatusCode.ResourceExhausted, "the backend's error is too long to be rewritten");
        _held.Write(body);
    }

    private static ProcessingResponse Piece(in InboundMessage message, ResponsePhases response)
    {
        var mutation = response.Continue(message).ResponseBody.Response.BodyMutation;
        return Answers.Piece(mutation is null ? Contiguous(message.Body) : mutation.Body.Memory, message.EndOfStream);
    }

    private static ReadOnlyMemory<byte> Bytes(ProcessingResponse piece) => piece.ResponseBody.Response.BodyMutation.StreamedResponse.Body.Memory;

    private static ReadOnlyMemory<byte> Contiguous(in ReadOnlySequence<byte> body) => body.IsSingleSegment ? body.First : body.ToArray();

    private static HeaderMutation Merge(HeaderMutation? first, HeaderMutation second)
    {
        var merged = first ?? new HeaderMutation();
        merged.MergeFrom(second);
        return merged;
    }
}

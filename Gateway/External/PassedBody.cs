using System.Buffers;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Forwarding;
using Envoy.Service.ExtProc.V3;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;

namespace AiGateway.Gateway.External;

/// <summary>
/// A body that passes through a service piece by piece (STREAMED): every piece is sent, and what goes on is what its answer says. As with Envoy the end
/// comes as an empty piece of its own.
/// </summary>
internal sealed class PassedBody : BodySource
{
    private readonly FilterRun _run;
    private readonly ProcessorStream _stream;
    private readonly InboundKind _kind;
    private readonly BodySource _inner;
    private readonly bool _fixedLength;
    private readonly ExchangeTimer _timer;
    private readonly ProcessingResponse.ResponseOneofCase _expected;
    private bool _ends;

    private PassedBody(FilterRun run, ProcessorStream stream, InboundKind kind, BodySource inner, bool fixedLength, ExchangeTimer timer)
    {
        (_run, _stream, _kind, _inner, _fixedLength, _timer) = (run, stream, kind, inner, fixedLength, timer);
        _expected = kind == InboundKind.RequestBody ? ProcessingResponse.ResponseOneofCase.RequestBody : ProcessingResponse.ResponseOneofCase.ResponseBody;
    }

    /// <summary>A body passing in one of the two streaming modes.</summary>
    /// <param name="run">The filter at work.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="kind">Direction.</param>
    /// <param name="inner">Where the bytes come from.</param>
    /// <param name="mode">STREAMED or FULL_DUPLEX_STREAMED.</param>
    /// <param name="fixedLength">A content length was promised: pieces may not change theirs.</param>
    /// <param name="timer">Limits of the exchange.</param>
    public static BodySource Of(FilterRun run, ProcessorStream stream, InboundKind kind, BodySource inner, BodySendMode mode, bool fixedLength, ExchangeTimer timer) =>
        mode == BodySendMode.FullDuplexStreamed ? new DuplexBody(run, stream, kind, inner, timer) : new PassedBody(run, stream, kind, inner, fixedLength, timer);

    public override async ValueTask<BodyPiece> NextAsync()
    {
        while (!_ends)
        {
            if (_kind == InboundKind.ResponseBody) _stream.Watch(_timer.Abandon);
            var piece = await _inner.NextAsync();
            _ends = piece.IsLast;
            if (piece.Bytes.IsEmpty) continue;
            var passed = await AskAsync(piece.Bytes, endOfStream: false);
            if (!passed.IsEmpty) return new BodyPiece(passed, false);
        }

        return new BodyPiece(await AskAsync(default, endOfStream: true), true);
    }

    private async ValueTask<ReadOnlyMemory<byte>> AskAsync(ReadOnlyMemory<byte> bytes, bool endOfStream)
    {
        if (await _stream.AskAsync(_run.Body(_kind, bytes, endOfStream)) is not { } answer) return bytes;
        if (answer.Message.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) throw new ImmediateResponseException(_run.Immediate(answer));
        if (answer.Message.ResponseCase != _expected)
        {
            _stream.Refuse("spurious_message"); // throws unless the filter fails open
            return bytes;
        }

        if (answer.NewBody is not { } mutated) return bytes;
        if (_fixedLength && mutated.Length != bytes.Length)
        {
            _stream.Refuse(FilterRun.LengthMismatch);
            return bytes;
        }

        return mutated.IsSingleSegment ? mutated.First : mutated.ToArray();
    }
}

/// <summary>Bytes that are there, in pieces of the size in which Envoy sends a large body.</summary>
internal sealed class PiecewiseBody(ReadOnlyMemory<byte> bytes) : BodySource
{
    private const int Piece = 64 * 1024;

    private int _sent;

    public override ValueTask<BodyPiece> NextAsync()
    {
        var piece = bytes.Slice(_sent, Math.Min(Piece, bytes.Length - _sent));
        _sent += piece.Length;
        return ValueTask.FromResult(new BodyPiece(piece, _sent == bytes.Length));
    }
}

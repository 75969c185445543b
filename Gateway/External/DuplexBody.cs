using System.Buffers;
using AiGateway.DataPlane.Errors;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Forwarding;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.Gateway.External;

/// <summary>
/// A body whose service sends pieces of its own when it likes (FULL_DUPLEX_STREAMED): sending and receiving run side by side, and the service alone decides
/// what goes on and when it ends.
/// </summary>
internal sealed class DuplexBody(FilterRun run, ProcessorStream stream, InboundKind kind, BodySource inner, ExchangeTimer timer) : BodySource
{
    private readonly ProcessingResponse.ResponseOneofCase _expected = kind == InboundKind.RequestBody ? ProcessingResponse.ResponseOneofCase.RequestBody : ProcessingResponse.ResponseOneofCase.ResponseBody;

    // Once for all pieces: the pump must not read what the receiving side changes.
    private readonly ProcessingRequest? _envelope = stream.BodyEnvelope()?.Clone();
    private Task? _pump;

    public override async ValueTask<BodyPiece> NextAsync()
    {
        _pump ??= PumpAsync();
        while (true)
        {
            if (await ReceiveAsync(_pump) is not { } said)
            {
                // The service has no more to say. What it was sent is gone; saying that the body ends here would be a lie when it does not.
                throw new ProcessorException(stream.Filter.Name, GatewayError.ProcessorFailed, "the_service_ended_its_stream_inside_a_body");
            }

            if (said.Message.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) throw new ImmediateResponseException(run.Immediate(said));
            if (said.Message.ResponseCase != _expected || said.Piece is not { } piece)
            {
                stream.Refuse("spurious_message:_Normal_body_mutation_response_is_received_while_body_mode_is_FULL_DUPLEX_STREAMED");
                continue;
            }

            if (piece.EndOfStream) await EndAsync(_pump);
            var bytes = said.PieceBytes;
            if (piece.EndOfStream || bytes.Length > 0) return new BodyPiece(bytes.IsSingleSegment ? bytes.First : bytes.ToArray(), piece.EndOfStream);
        }
    }

    public override async ValueTask CloseAsync()
    {
        if (_pump is null) return;
        if (!_pump.IsCompleted)
        {
            // Nobody wants the rest: neither the service nor a backend that goes on sending must hold up the end.
            stream.Abort();
            if (kind == InboundKind.ResponseBody) timer.Abandon();
        }

        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its failure was the reader's to see
    }

    /// <summary>The next answer, or the failure of the body that the service waits for in vain.</summary>
    private async ValueTask<OutboundMessage?> ReceiveAsync(Task pump)
    {
        var receiving = stream.ReceiveAsync().AsTask();
        if (await Task.WhenAny(receiving, pump) == pump && pump.IsFaulted) stream.Abort();
        try
        {
            return await receiving;
        }
        catch (ProcessorException) when (pump.IsFaulted || timer.Reason != StopReason.None)
        {
            await pump; // a limit that ended both waits is the backend's to answer for
            throw;
        }
    }

    /// <summary>The service has enough; the rest is sent all the same, within the exchange's limits.</summary>
    private async ValueTask EndAsync(Task pump)
    {
        try
        {
            await pump.WaitAsync(timer.Reason == StopReason.None ? timer.Token : stream.Stopped);
        }
        catch (OperationCanceledException) when (!pump.IsCompleted)
        {
            throw new ProcessorException(stream.Filter.Name, GatewayError.ProcessorTimeout, "the_service_does_not_take_the_body");
        }
    }

    private async Task PumpAsync()
    {
        while (!stream.IsOver)
        {
            var piece = await inner.NextAsync();
            if (!piece.Bytes.IsEmpty) await stream.SendAsync(InboundMessage.OfBody(kind, new ReadOnlySequence<byte>(piece.Bytes), false, _envelope));
            if (!piece.IsLast) continue;
            await stream.SendAsync(InboundMessage.OfBody(kind, ReadOnlySequence<byte>.Empty, true, _envelope));
            return;
        }
    }
}

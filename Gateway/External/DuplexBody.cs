using AiGateway.ExtProc.Protocol;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.Gateway.External;

/// <summary>
/// A body whose service sends pieces of its own when it likes (FULL_DUPLEX_STREAMED): sending and receiving run side by side, and the service alone decides
/// what goes on and when it ends.
/// </summary>
internal sealed class DuplexBody(FilterRun run, ProcessorStream stream, InboundKind kind, BodySource inner) : BodySource
{
    private Task? _pump;

    public override async ValueTask<BodyPiece> NextAsync()
    {
        _pump ??= PumpAsync();
        while (true)
        {
            var answer = await stream.ReceiveAsync();
            if (answer is null)
            {
                // The service has no more to say. What it was sent is gone; saying that the body ends here would be a lie when it does not.
                await _pump;
                throw new ProcessorException(stream.Filter.Name, DataPlane.Errors.GatewayError.ProcessorFailed, "the_service_ended_its_stream_inside_a_body");
            }

            if (answer.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) throw new ImmediateResponseException(run.Immediate(answer));
            var body = kind == InboundKind.RequestBody ? answer.RequestBody : answer.ResponseBody;
            if (body?.Response?.BodyMutation?.StreamedResponse is not { } piece)
            {
                stream.Refuse("spurious_message:_Normal_body_mutation_response_is_received_while_body_mode_is_FULL_DUPLEX_STREAMED");
                continue;
            }

            if (piece.EndOfStream) await _pump;
            if (piece.EndOfStream || piece.Body.Length > 0) return new BodyPiece(piece.Body.Memory, piece.EndOfStream);
        }
    }

    public override async ValueTask CloseAsync()
    {
        if (_pump is null) return;
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // its failure was the reader's to see
    }

    private async Task PumpAsync()
    {
        while (!stream.IsOver)
        {
            var piece = await inner.NextAsync();
            if (!piece.Bytes.IsEmpty) await stream.SendAsync(run.Body(kind, piece.Bytes, false));
            if (!piece.IsLast) continue;
            await stream.SendAsync(run.Body(kind, default, true));
            return;
        }
    }
}

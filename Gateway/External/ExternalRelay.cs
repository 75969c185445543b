using System.Buffers;
using System.Globalization;
using AiGateway.Contracts;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.Gateway.Forwarding;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Gateway.External;

/// <summary>Carries a response to the client as the filters left it. Nothing goes out before the first piece of the body is there, so that a service can still answer in its place.</summary>
internal sealed class ExternalRelay(ProcessedExchange processed)
{
    private EventBoundary _boundary;
    private bool _committed;

    /// <summary>Carries it.</summary>
    public async ValueTask RelayAsync(ProcessedResponse response)
    {
        try
        {
            await CopyAsync(response);
        }
        catch (UpstreamBodyException exception)
        {
            await BrokenAsync(new Rejection(exception.Error, exception.Message));
        }
        catch (ProcessorException exception)
        {
            processed.CodeDetails = exception.Details;
            await BrokenAsync(new Rejection(exception.Error, exception.Error.Meaning));
        }
        catch (ImmediateResponseException exception)
        {
            processed.CodeDetails = exception.Reply.Details;
            if (_committed)
            {
                (processed.Exchange.Error, processed.Exchange.Outcome) = (exception.Reply.Error, exception.Reply.Outcome);
                processed.Context.Abort();
            }
            else await CopyAsync(ProcessedResponse.Of(exception.Reply));
        }
        catch (OperationCanceledException) when (processed.Timer.Reason is not (StopReason.None or StopReason.ClientGone))
        {
            // Writing stood still: the client does not read.
            processed.Exchange.Error = GatewayError.ClientClosed;
            processed.Exchange.Outcome = ExchangeOutcome.ClientCancelled;
            processed.Context.Abort();
        }
    }

    private async ValueTask CopyAsync(ProcessedResponse response)
    {
        var exchange = processed.Exchange;
        exchange.Error = response.Reply?.Error;
        exchange.Outcome = response switch
        {
            { Reply.Error: { } error } => Outcomes.Of(error),
            { Status: >= 200 and < 400 } => ExchangeOutcome.Succeeded,
            { Reply: null } => ExchangeOutcome.BackendFailed,
            { Status: < 500 } => ExchangeOutcome.Rejected,
            _ => ExchangeOutcome.Failed,
        };
        exchange.Streamed = response.Headers["content-type"]?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
        var last = !response.HasBody;
        while (!last)
        {
            var piece = await response.Body.NextAsync();
            last = piece.IsLast;
            if (!_committed) Commit(response, last ? piece.Bytes.Length : null);
            if (piece.Bytes.IsEmpty) continue;
            if (exchange.FirstByteTimestamp == 0) exchange.FirstByteTimestamp = exchange.Time.GetTimestamp();
            exchange.BytesSent += piece.Bytes.Length;
            if (exchange.Streamed) _boundary.Passed(piece.Bytes.Span);
            // An answer in place of a backend's has no deadline but the client's patience: the route's may be why there is one.
            var flushed = await processed.Context.Response.BodyWriter.WriteAsync(piece.Bytes, response.Reply is null ? processed.Timer.Token : processed.Context.RequestAborted);
            processed.Timer.Touch();
            if (!flushed.IsCompleted) continue;
            exchange.Error = GatewayError.ClientClosed;
            exchange.Outcome = ExchangeOutcome.ClientCancelled;
            return;
        }

        if (!_committed) Commit(response, 0);
    }

    private void Commit(ProcessedResponse response, int? whole)
    {
        _committed = true;
        var target = processed.Context.Response;
        target.StatusCode = processed.Exchange.Status = response.Status;
        foreach (var group in response.Headers.Fields.GroupBy(static one => one.Key))
        {
            if (group.Key[0] == ':' || group.Key == "content-length" || (!HeaderPolicy.GoesDown(group.Key) && group.Key != "x-request-id")) continue;
            target.Headers[group.Key] = new StringValues([.. group.Select(one => response.Headers.Text(one.Value))]);
        }

        if (!target.Headers.ContainsKey("x-request-id")) target.Headers["x-request-id"] = processed.Exchange.RequestId;
        if (response.Status is 204 or 304) return;
        var said = long.TryParse(response.Headers["content-length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : (long?)null;
        target.ContentLength = said ?? (processed.Exchange.Streamed ? null : whole);
    }

    /// <summary>Something broke. Before the first byte the client gets an error; afterwards it must see that the end is not a real one.</summary>
    private async ValueTask BrokenAsync(Rejection rejection)
    {
        var (exchange, context) = (processed.Exchange, processed.Context);
        exchange.Error = rejection.Error;
        exchange.Outcome = Outcomes.Of(rejection.Error);
        if (!_committed)
        {
            var reply = LocalReply.Of(exchange.Endpoint.Dialect, rejection, exchange.RequestId);
            processed.CodeDetails = reply.Details;
            await CopyAsync(ProcessedResponse.Of(reply));
            return;
        }

        if (!exchange.Streamed || rejection.Error == GatewayError.ClientClosed)
        {
            context.Abort();
            return;
        }

        var last = new ArrayBufferWriter<byte>(256);
        if (!_boundary.IsAtEnd) last.Write("\n\n"u8); // the event that broke off must not swallow ours
        ErrorBody.WriteEvent(last, exchange.Endpoint.Kind, exchange.Endpoint.Dialect, rejection.Error, rejection.Message, exchange.RequestId);
        exchange.BytesSent += last.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(last.WrittenMemory, context.RequestAborted);
    }
}

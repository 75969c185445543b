using AiGateway.Contracts;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Telemetry;
using AiGateway.Gateway.External;
using AiGateway.Gateway.Listeners;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.Forwarding;

/// <summary>The request's way through the gateway, step by step; the numbers are those of docs/architecture.md.</summary>
internal sealed class ExchangeHandler(
    SnapshotHolder snapshots,
    ListenerSockets sockets,
    UpstreamSender sender,
    Completion completion,
    GatewayMetrics metrics,
    ExchangeTracing tracing,
    DrainState drain,
    ProcessorChannels channels,
    GatewayHostOptions options,
    ILogger<ExchangeHandler> log)
{
    /// <summary>Serves one request of an AI endpoint.</summary>
    public async Task HandleAsync(HttpContext context, EndpointDescriptor endpoint)
    {
        // (1) listener
        var head = new HttpRequestHead(context);
        var snapshot = snapshots.Current;
        if (snapshot.FindListener(sockets.ConfiguredPort(context.Connection.LocalPort), HostPattern.WithoutPort(head.Host)) is not { } listener)
        {
            await ErrorResponses.WriteAsync(context, endpoint.Dialect, GatewayError.UnknownPath, "no listener serves this host", null, RequestIds.For(head.Header("x-request-id"), ExchangeId.Create(options.Time)));
            return;
        }

        var exchange = new Exchange(snapshot, listener, endpoint, head, options.Time);
        exchange.RequestId = RequestIds.For(head.Header("x-request-id"), exchange.Id);
        metrics.Started();
        var body = new PooledBytes(RequestBody.Reservation(context.Request));
        var capture = new ResponseCapture(options.CaptureLimit);
        using var timer = new ExchangeTimer(options.Time, context.RequestAborted, drain.Expired);
        using var running = drain.Enter();
        try
        {
            await RunAsync(context, exchange, body, capture, timer);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left while it was being answered.
            exchange.Error = GatewayError.ClientClosed;
            exchange.Outcome = ExchangeOutcome.ClientCancelled;
            exchange.Status = context.Response.HasStarted ? exchange.Status : 0;
        }
        catch (Exception exception) // exchange boundary: a bug must not take the connection's other requests with it
        {
            GatewayLog.ExchangeFailed(log, exception, exchange.RequestId);
            await FailAsync(context, exchange, capture);
        }
        finally
        {
            // (10) complete
            var record = completion.Complete(exchange);
            if (!tracing.Complete(exchange, record, body, capture)) body.Dispose();
            capture.Dispose();
            if (exchange.Scanner is { } scanner) ResponseScannerPool.Return(scanner);
            exchange.Scanner = null;
        }
    }

    private async Task RunAsync(HttpContext context, Exchange exchange, PooledBytes body, ResponseCapture capture, ExchangeTimer timer)
    {
        if (await ReceiveAsync(context, exchange, body, timer) is { } refused)
        {
            await RejectAsync(context, exchange, refused, capture);
            return;
        }

        // (2)–(5)
        var rejection = RouterPhase.Decide(exchange);
        tracing.Start(exchange);
        capture.Wanted = ExchangeTracing.Records(exchange);
        if (rejection is not null)
        {
            await RejectAsync(context, exchange, rejection, capture);
            return;
        }

        var idle = exchange.Rule!.Spec.StreamIdleTimeout ?? exchange.Listener.Spec.StreamIdleTimeout ?? options.StreamIdleTimeout;
        timer.Limit(exchange.Rule.Spec.RequestTimeout, idle);
        if (exchange.Rule.Processors.Count > 0) await ProcessAsync(context, exchange, body, capture, timer, idle);
        else if (await AttemptAsync(context, exchange, capture, timer, idle, null) is { } failed) await RejectAsync(context, exchange, failed, capture);
    }

    /// <summary>The attempts of a route whose exchanges pass external processors.</summary>
    private async ValueTask ProcessAsync(HttpContext context, Exchange exchange, PooledBytes body, ResponseCapture capture, ExchangeTimer timer, TimeSpan idle)
    {
        await using var processors = RouteProcessors.For(context, exchange, body, timer, channels, options, log);
        try
        {
            if (await processors.RequestAsync() is { } answer) await processors.AnswerAsync(answer, capture);
            else if (await AttemptAsync(context, exchange, capture, timer, idle, processors) is { } failed)
            {
                if (failed.Error == GatewayError.ClientClosed || failed.Error == GatewayError.Draining) await RejectAsync(context, exchange, failed, capture); // nobody waits for processors
                else await processors.AnswerAsync(await processors.RefuseAsync(failed), capture);
            }
        }
        catch (ImmediateResponseException exception)
        {
            // A processor had seen enough of a streamed answer.
            if (context.Response.HasStarted)
            {
                (exchange.Error, exchange.Outcome) = (exception.Reply.Error, exception.Reply.Outcome);
                context.Abort();
            }
            else await processors.AnswerAsync(ProcessedResponse.Of(exception.Reply), capture);
        }
        catch (ProcessorException exception)
        {
            // Inside the answer that another processor gave.
            if (context.Response.HasStarted) context.Abort();
            else await RejectAsync(context, exchange, new Rejection(exception.Error, exception.Error.Meaning), capture);
        }

        await AnswerEnd.SendAsync(context, exchange);
        await processors.CompleteAsync();
    }

    /// <summary>The request's head is checked and its body read.</summary>
    private async ValueTask<Rejection?> ReceiveAsync(HttpContext context, Exchange exchange, PooledBytes body, ExchangeTimer timer)
    {
        if (drain.IsDraining) return new Rejection(GatewayError.Draining, "the gateway is shutting down; send the request again");
        if (!HttpMethods.IsPost(exchange.Head.Method)) return new Rejection(GatewayError.MethodNotAllowed, $"{exchange.Endpoint.Suffix} takes POST, not {exchange.Head.Method}");
        var received = exchange.Listener.Spec.RequestReceivedTimeout ?? TimeSpan.FromMinutes(5);
        timer.Limit(received, received);
        try
        {
            var limit = exchange.Listener.Spec.MaxRequestBodyBytes ?? options.MaxRequestBodyBytes;
            var refused = await RequestBody.ReadAsync(context.Request, body, limit, timer.Token);
            exchange.BytesReceived = body.Length;
            if (refused is null && context.Request.Headers.ContentEncoding is { Count: > 0 } coding)
            {
                exchange.EncodedBody = body.Written.ToArray();
                refused = await RequestBody.DecodeAsync(coding.ToString(), exchange.EncodedBody, body, limit, timer.Token);
            }

            (exchange.Body, exchange.BodyOwner) = (body.Written, body);
            return refused;
        }
        catch (OperationCanceledException) when (timer.Reason == StopReason.ClientGone)
        {
            return new Rejection(GatewayError.ClientClosed, "the client went away");
        }
        catch (OperationCanceledException)
        {
            return new Rejection(GatewayError.RequestTimeout, $"the request body did not arrive within {received.TotalSeconds:0.###} s");
        }
        finally
        {
            if (exchange.BytesReceived == 0) exchange.BytesReceived = body.Length; // broke off
        }
    }

    /// <summary>Tries backends in the order of the plan until one answer is on its way to the client.</summary>
    /// <returns>Null when the client has an answer; otherwise why not.</returns>
    private async ValueTask<Rejection?> AttemptAsync(HttpContext context, Exchange exchange, ResponseCapture capture, ExchangeTimer timer, TimeSpan idle, RouteProcessors? processors)
    {
        var plan = exchange.Plan!;
        var upstream = new UpstreamRequest();
        var backend = plan.Next(Random.Shared);
        if (backend is null) return RouterPhase.NoBackend(exchange);
        while (true)
        {
            // (6) credential, (7) translate
            if (UpstreamPhase.Prepare(exchange, backend, upstream) is { } rejected) return rejected;
            if (plan.Attempts == 1) metrics.Overhead(options.Time.GetElapsedTime(exchange.StartTimestamp));

            // (8) sign and send
            var sent = await sender.SendAsync(context, exchange, upstream, timer);
            RuntimeBackend? next = null;
            Rejection failure;
            if (sent.Response is { } response)
            {
                using (response)
                {
                    if (RetryRules.Repeats(plan.Retry, (int)response.StatusCode)) next = plan.Next(Random.Shared);
                    if (next is null)
                    {
                        // (9) translate back
                        var relay = new ResponseRelay(context, exchange, timer, capture);
                        if (await relay.RelayAsync(processors is null ? response : await processors.ResponseAsync(response)) is not { } broken)
                        {
                            processors?.Conclude();
                            metrics.Attempt(backend.Name, exchange.Error?.Code ?? ((int)response.StatusCode < 400 ? "ok" : "status"));
                            return null;
                        }

                        failure = new Rejection(broken.Error, broken.Message);
                        if (processors is not null)
                        {
                            // They have seen the beginning of this answer, and cannot be shown another.
                            metrics.Attempt(backend.Name, failure.Error.Code);
                            return failure;
                        }
                    }
                    else
                    {
                        failure = new Rejection(GatewayError.UpstreamReset, $"the backend answered {(int)response.StatusCode}");
                    }
                }
            }
            else
            {
                failure = new Rejection(sent.Error!, sent.Message!);
            }

            metrics.Attempt(backend.Name, next is not null ? "status" : failure.Error.Code);
            if (next is null && RetryRules.Repeats(plan.Retry, failure.Error) && (timer.Reason == StopReason.None || timer.TryRecover())) next = plan.Next(Random.Shared);
            if (next is null) return failure;
            GatewayLog.AttemptFailed(log, exchange.RequestId, exchange.Rule!.Route, backend.Name, plan.Attempts - 1, failure.Message);
            if (RetryRules.Pause(plan.Retry, plan.Attempts - 1) is var pause && pause > TimeSpan.Zero && !await PauseAsync(pause, timer)) return Stopped(timer);
            timer.Limit(idle); // silence counts per attempt
            backend = next;
        }
    }

    private async ValueTask<bool> PauseAsync(TimeSpan pause, ExchangeTimer timer)
    {
        try
        {
            await Task.Delay(pause, options.Time, timer.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static Rejection Stopped(ExchangeTimer timer)
    {
        var stopped = SendResult.Stopped(timer.Reason);
        return new Rejection(stopped.Error!, stopped.Message!);
    }

    private static async ValueTask RejectAsync(HttpContext context, Exchange exchange, Rejection rejection, ResponseCapture capture)
    {
        exchange.Error = rejection.Error;
        exchange.Outcome = Outcomes.Of(rejection.Error);
        exchange.Streamed = false; // whatever a failed attempt began with
        if (rejection.Error == GatewayError.ClientClosed)
        {
            context.Abort();
            return;
        }

        exchange.Status = rejection.Error.Status;
        var allow = rejection.Error == GatewayError.MethodNotAllowed ? exchange.Endpoint.Method : null;
        var sent = await ErrorResponses.WriteAsync(context, exchange.Endpoint.Dialect, rejection.Error, rejection.Message, rejection.Param, exchange.RequestId, allow);
        exchange.BytesSent = sent.Length;
        capture.Clear();
        capture.ContentType = "application/json";
        capture.Add(sent.Span);
    }

    private static async ValueTask FailAsync(HttpContext context, Exchange exchange, ResponseCapture capture)
    {
        var rejection = new Rejection(GatewayError.Internal, "the gateway failed; the request id finds the log entry");
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            exchange.Error = rejection.Error;
            exchange.Outcome = context.RequestAborted.IsCancellationRequested ? ExchangeOutcome.ClientCancelled : ExchangeOutcome.Failed;
            context.Abort();
            return;
        }

        context.Response.Clear();
        await RejectAsync(context, exchange, rejection, capture);
    }
}

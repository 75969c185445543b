using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.Gateway.Forwarding;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Model;

namespace AiGateway.Gateway.External;

/// <summary>
/// Steps (6) to (8) in external mode: asks the service about every attempt and sends what it says. As with Envoy a later attempt begins with the head as
/// the earlier one's answer left it, and with the body as the router level left it.
/// </summary>
internal sealed class AttemptSender(UpstreamSender pools, ProcessorChannels channels, GatewayHostOptions options, ILogger<AttemptSender> log)
{
    private readonly ProcessorFilter _upstream = ProcessorFilter.Upstream(options.Processing.MessageTimeout);

    /// <summary>Tries backends in the order of the plan until one answer stands.</summary>
    /// <returns>The answer, and what must stay until it has been read.</returns>
    public async ValueTask<(ProcessedResponse Response, IAsyncDisposable? Attempt)> SendAsync(ProcessedExchange processed, ProcessedRequest request)
    {
        var (exchange, timer) = (processed.Exchange, processed.Timer);
        var plan = exchange.Plan!;
        var backend = plan.Next(Random.Shared);
        if (backend is null) return Local(processed, RouterPhase.NoBackend(exchange));
        while (true)
        {
            var attempt = new Attempt(new FilterRun(_upstream, channels, processed));
            RuntimeBackend? next = null;
            Rejection? failure;
            try
            {
                failure = await TryAsync(processed, request, backend, attempt);
            }
            catch
            {
                await attempt.DisposeAsync();
                throw;
            }

            if (attempt.Response is { } response)
            {
                var status = response.Status;
                if (response.Reply is not null || !RetryRules.Repeats(plan.Retry, status)) return (response, attempt); // a service's own answer is never repeated
                next = plan.Next(Random.Shared);
                if (next is null) return (response, attempt);
                await response.DisposeAsync();
                failure = new Rejection(GatewayError.UpstreamReset, $"the backend answered {status}");
            }

            await attempt.DisposeAsync();
            if (next is null && RetryRules.Repeats(plan.Retry, failure!.Error) && (timer.Reason == StopReason.None || timer.TryRecover())) next = plan.Next(Random.Shared);
            if (next is null) return Local(processed, failure!);
            GatewayLog.AttemptFailed(log, exchange.RequestId, exchange.Rule!.Route, backend.Name, plan.Attempts - 1, failure!.Message);
            var pause = RetryRules.Pause(plan.Retry, plan.Attempts - 1);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, exchange.Time, timer.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (timer.Reason != StopReason.None) return Local(processed, Stopped(timer));
            timer.Limit(exchange.Rule.Spec.StreamIdleTimeout ?? exchange.Listener.Spec.StreamIdleTimeout ?? options.StreamIdleTimeout);
            backend = next;
        }
    }

    /// <summary>One attempt: the service first, then the backend.</summary>
    /// <returns>Why there is no answer, or null.</returns>
    private async ValueTask<Rejection?> TryAsync(ProcessedExchange processed, ProcessedRequest request, RuntimeBackend backend, Attempt attempt)
    {
        var exchange = processed.Exchange;
        exchange.Backend = backend;
        exchange.Attempts++;
        exchange.AttemptTimestamp = exchange.Time.GetTimestamp();
        if (!pools.TryPick(processed.Context, backend.Spec.Pool, out var client, out var destination)) return new Rejection(GatewayError.UpstreamUnreachable, "no endpoint of the backend is available");
        processed.Destination = destination.Model.Config.Address;

        // (6) credential, (7) translate
        var outgoing = attempt.Outgoing = request.ForAttempt();
        if (!processed.IsPrepared && await attempt.Run.RequestAsync(outgoing) is { } reply)
        {
            processed.CodeDetails = reply.Details;
            attempt.Response = ProcessedResponse.Of(reply);
            return null;
        }

        attempt.CompleteUnlessNeeded();

        // (8) sign and send
        var sent = await UpstreamSender.SendAsync(client, Build(processed, backend, destination, request, outgoing), exchange.Rule!, processed.Timer);
        if (sent.Response is not { } message) return new Rejection(sent.Error!, sent.Message!);
        processed.Timer.Touch();
        attempt.Message = message;
        processed.CodeDetails = "via_upstream";
        var response = new ProcessedResponse(HeaderList.Of(message), new BackendBody(new UpstreamBody(message, exchange, processed.Timer)), message.Content.Headers.ContentLength != 0);
        attempt.Response = response;
        if (!attempt.Run.SeesResponse) return null;
        try
        {
            if (await attempt.Run.ResponseAsync(response) is not { } instead) return null;
            await response.DisposeAsync();
            processed.CodeDetails = instead.Details;
            attempt.Response = ProcessedResponse.Of(instead);
            return null;
        }
        catch (UpstreamBodyException exception)
        {
            attempt.Response = null;
            await response.DisposeAsync();
            return new Rejection(exception.Error, exception.Message);
        }
    }

    private HttpRequestMessage Build(ProcessedExchange processed, RuntimeBackend backend, DestinationState destination, ProcessedRequest request, ProcessedRequest outgoing)
    {
        var content = new PiecesContent(new UpstreamRequest { Body = outgoing.Body }, outgoing.Owner ?? request.Owner ?? processed.Exchange.BodyOwner);
        var message = pools.Message(backend, destination, outgoing.Headers[":path"] ?? "/", content);
        message.Method = new HttpMethod(outgoing.Headers[":method"] ?? "POST");
        foreach (var (name, value) in outgoing.Headers.Fields)
        {
            if (name[0] == ':' || name is "content-length" or "host" || name.StartsWith("x-ai-eg-", StringComparison.Ordinal)) continue; // the last are between us and the service
            System.Net.Http.Headers.HttpHeaders target = HeaderPolicy.DescribesBody(name) ? message.Content!.Headers : message.Headers;
            target.TryAddWithoutValidation(name, outgoing.Headers.Text(value));
        }

        return message;
    }

    private static (ProcessedResponse Response, IAsyncDisposable? Attempt) Local(ProcessedExchange processed, Rejection rejection)
    {
        var reply = LocalReply.Of(processed.Exchange.Endpoint.Dialect, rejection, processed.Exchange.RequestId);
        processed.CodeDetails = reply.Details;
        return (ProcessedResponse.Of(reply), null);
    }

    private static Rejection Stopped(ExchangeTimer timer)
    {
        var stopped = SendResult.Stopped(timer.Reason);
        return new Rejection(stopped.Error!, stopped.Message!);
    }

    /// <summary>What one attempt holds until its answer has been read.</summary>
    private sealed class Attempt(FilterRun run) : IAsyncDisposable
    {
        private Task _completing = Task.CompletedTask;

        public FilterRun Run => run;

        /// <summary>What is sent, with the body that the service put in place.</summary>
        public ProcessedRequest? Outgoing { get; set; }

        public HttpResponseMessage? Message { get; set; }

        public ProcessedResponse? Response { get; set; }

        /// <summary>Ends the stream beside the backend's work when the service does not want the response.</summary>
        public void CompleteUnlessNeeded()
        {
            if (!run.SeesResponse) _completing = run.CompleteAsync().AsTask();
        }

        public async ValueTask DisposeAsync()
        {
            await _completing;
            await run.DisposeAsync();
            Message?.Dispose();
            Outgoing?.Dispose();
        }
    }
}

using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.Gateway.Forwarding;
using AiGateway.Gateway.Listeners;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.External;

/// <summary>
/// External mode: the gateway does what Envoy would do, and an ext_proc service decides, translates and accounts. One stream per exchange (router) sees the
/// client's side, one per attempt (upstream) the provider's; the steps have the numbers of docs/architecture.md.
/// </summary>
internal sealed class ExternalExchangeHandler(
    SnapshotHolder snapshots,
    ListenerSockets sockets,
    ProcessorChannels channels,
    AttemptSender attempts,
    ExternalCompletion completion,
    DrainState drain,
    GatewayHostOptions options,
    ILogger<ExternalExchangeHandler> log)
{
    private readonly ProcessorFilter _router = ProcessorFilter.Router(options.Processing.MessageTimeout);

    /// <summary>Serves one request of an AI endpoint or a model list.</summary>
    public async Task HandleAsync(HttpContext context, EndpointDescriptor endpoint)
    {
        // (1) listener
        var rawTarget = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path.Value ?? "/";
        var snapshot = snapshots.Current;
        var host = context.Request.Host.Value ?? "";
        if (snapshot.FindListener(sockets.ConfiguredPort(context.Connection.LocalPort), HostPattern.WithoutPort(host)) is not { } listener)
        {
            await ErrorResponses.WriteAsync(context, endpoint.Dialect, GatewayError.UnknownPath, "no listener serves this host", null, RequestIds.For(context.Request.Headers["x-request-id"], ExchangeId.Create(options.Time)));
            return;
        }

        using var running = drain.Enter();
        using var timer = new ExchangeTimer(options.Time, context.RequestAborted, drain.Expired);
        using var body = new PooledBytes(RequestBody.Reservation(context.Request));
        var id = RequestIds.For(context.Request.Headers["x-request-id"], ExchangeId.Create(options.Time));
        var headers = HeaderList.Of(context, rawTarget, id);
        var exchange = new Exchange(snapshot, listener, endpoint, new ProcessedHead(headers), options.Time) { RequestId = id, BodyOwner = body };
        var processed = new ProcessedExchange(context, exchange, headers, timer, log);
        try
        {
            await RunAsync(processed, body);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            exchange.Outcome = ExchangeOutcome.ClientCancelled;
            exchange.Error = GatewayError.ClientClosed;
        }
        catch (Exception exception) // exchange boundary: a bug must not take the connection's other requests with it
        {
            GatewayLog.ExchangeFailed(log, exception, exchange.RequestId);
            exchange.Error = GatewayError.Internal;
            if (context.Response.HasStarted) context.Abort();
            else await ErrorResponses.WriteAsync(context, endpoint.Dialect, GatewayError.Internal, GatewayError.Internal.Meaning, null, exchange.RequestId);
        }
        finally
        {
            // (10) complete
            completion.Complete(processed);
        }
    }

    private async Task RunAsync(ProcessedExchange processed, PooledBytes body)
    {
        var (context, exchange) = (processed.Context, processed.Exchange);
        if (drain.IsDraining)
        {
            exchange.Error = GatewayError.Draining;
            exchange.Status = GatewayError.Draining.Status;
            await ErrorResponses.WriteAsync(context, exchange.Endpoint.Dialect, GatewayError.Draining, "the gateway is shutting down; send the request again", null, exchange.RequestId);
            return;
        }

        await using var chain = new FilterChain(channels, processed);
        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false && context.Request.ContentLength != 0;
        using var request = new ProcessedRequest(processed.Headers, hasBody ? () => ReadAsync(processed, body) : null);
        var reply = await chain.RequestAsync(_router, request) ?? await RouteAsync(chain, processed, request);
        if (reply is null) chain.Watch();
        var (response, attempt) = reply is null ? await attempts.SendAsync(processed, request) : (ProcessedResponse.Of(reply), null);
        await using (attempt)
        {
            processed.CodeDetails ??= reply?.Details;
            exchange.Status = response.Status;

            // (9) translate back
            response = await chain.ResponseAsync(response);
            await using (response)
            {
                await new ExternalRelay(processed).RelayAsync(response);
            }
        }

        await AnswerEnd.SendAsync(context, exchange);
        await chain.CompleteAsync();
    }

    /// <summary>(3) route, then the processors of the route; (5) plan.</summary>
    /// <returns>Null when there are backends to try.</returns>
    private async ValueTask<LocalReply?> RouteAsync(FilterChain chain, ProcessedExchange processed, ProcessedRequest request)
    {
        var exchange = processed.Exchange;
        if (processed.Headers[DirectRoute.Header] is { } direct) return Direct(processed, direct);
        if (Match(processed) is { } unknown) return unknown;
        foreach (var processor in exchange.Rule!.Processors)
        {
            if (await chain.RequestAsync(ProcessorFilters.Of(processor), request) is { } reply) return reply;
        }

        if (processed.RouteIsStale && Match(processed) is { } gone) return gone;
        var candidates = exchange.Rule.CandidatesFor(exchange.Endpoint.Kind);
        if (candidates.Count == 0) return Refuse(processed, exchange.Rule.HasCandidates ? RouterPhase.Unsupported(exchange) : RouterPhase.NoBackend(exchange));
        Plan(processed, exchange.Rule, candidates);
        return await request.ReadAsync() is { } unreadable ? Refuse(processed, unreadable) : null;
    }

    /// <summary>The route that the service named, with a request that is ready for its backend.</summary>
    private LocalReply? Direct(ProcessedExchange processed, string name)
    {
        var exchange = processed.Exchange;
        if (exchange.Listener.Routes.FindDirect(name) is not { } rule || rule.CandidatesFor(exchange.Endpoint.Kind) is not { Count: > 0 } candidates)
        {
            return Refuse(processed, new Rejection(GatewayError.UpstreamUnreachable, "no endpoint of the backend is available: gateway and service have different configurations; send the request again"));
        }

        processed.IsPrepared = true;
        processed.Headers.Remove(DirectRoute.Header);
        processed.Headers.Remove(DirectRoute.SchemeHeader);
        exchange.Rule = rule;
        Plan(processed, rule, candidates);
        return null;
    }

    private void Plan(ProcessedExchange processed, RuntimeRule rule, IReadOnlyList<CandidateGroup> candidates)
    {
        var exchange = processed.Exchange;
        exchange.Plan = new AttemptPlan(candidates, rule.Spec.Retry);
        processed.Timer.Limit(rule.Spec.RequestTimeout, rule.Spec.StreamIdleTimeout ?? exchange.Listener.Spec.StreamIdleTimeout ?? options.StreamIdleTimeout);
    }

    private static LocalReply? Match(ProcessedExchange processed)
    {
        var exchange = processed.Exchange;
        processed.RouteIsStale = false;
        exchange.RequestedModel = processed.Headers[ModelCatalog.ModelHeader] ?? "";
        exchange.Rule = exchange.Listener.Routes.Match(exchange.HostName, exchange.Head.Path, exchange.RequestedModel, exchange.Head);
        return exchange.Rule is null ? Refuse(processed, RouterPhase.NotFound(exchange)) : null;
    }

    private async ValueTask<(ReadOnlyMemory<byte> Body, Rejection? Problem)> ReadAsync(ProcessedExchange processed, PooledBytes body)
    {
        var (exchange, timer) = (processed.Exchange, processed.Timer);
        var received = exchange.Listener.Spec.RequestReceivedTimeout ?? TimeSpan.FromMinutes(5);
        timer.Limit(received, received);
        try
        {
            var refused = await RequestBody.ReadAsync(processed.Context.Request, body, exchange.Listener.Spec.MaxRequestBodyBytes ?? options.MaxRequestBodyBytes, timer.Token);
            exchange.BytesReceived = body.Length;
            if (refused?.Error == GatewayError.ClientClosed)
            {
                processed.Context.Abort();
                throw new OperationCanceledException(processed.Context.RequestAborted);
            }

            return (body.Written, refused);
        }
        catch (OperationCanceledException) when (timer.Reason is StopReason.Deadline or StopReason.Idle)
        {
            return (default, new Rejection(GatewayError.RequestTimeout, $"the request body did not arrive within {received.TotalSeconds:0.###} s"));
        }
    }

    private static LocalReply Refuse(ProcessedExchange processed, Rejection rejection) => LocalReply.Of(processed.Exchange.Endpoint.Dialect, rejection, processed.Exchange.RequestId);
}

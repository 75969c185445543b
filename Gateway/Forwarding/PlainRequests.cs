using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace AiGateway.Gateway.Forwarding;

/// <summary>
/// The boundary of every request that is not for an AI endpoint: it takes part in draining, and what goes wrong behind it is answered in the gateway's
/// error form while nothing has been sent. An answer that has begun is cut by YARP, so that nobody takes it for a whole one.
/// </summary>
internal sealed class PlainRequests(DrainState drain, EndpointCatalog endpoints, TimeProvider time, ILogger<PlainRequests> log)
{
    /// <summary>Middleware in front of the plain routes.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        using var running = drain.Enter(); // before the question below, or a drain that begins in between would not wait for this request
        if (drain.IsDraining)
        {
            await AnswerAsync(context, new Rejection(GatewayError.Draining, "the gateway is shutting down; send the request again"), NewId(context));
            return;
        }

        var client = context.RequestAborted;
        try
        {
            await ForwardAsync(context, next, client);
            if (context.Response.HasStarted || client.IsCancellationRequested) return;
            if (context.Features.Get<IForwarderErrorFeature>() is { } failure && ForwarderFailures.Of(failure, drain.Expired.IsCancellationRequested) is { } rejection)
            {
                await AnswerAsync(context, rejection, NewId(context));
            }
        }
        catch (OperationCanceledException) when (client.IsCancellationRequested)
        {
            context.Abort(); // nobody is left to answer
        }
        catch (Exception exception) // request boundary: a bug must not take the connection's other requests with it
        {
            var requestId = NewId(context);
            GatewayLog.PlainRequestFailed(log, exception, requestId);
            if (context.Response.HasStarted || client.IsCancellationRequested) context.Abort();
            else await AnswerAsync(context, new Rejection(GatewayError.Internal, "the gateway failed; the request id finds the log entry"), requestId);
        }
    }

    /// <summary>The end of the drain time stops the request as the client's leaving does. The deadline of a route joins in further on.</summary>
    private async Task ForwardAsync(HttpContext context, RequestDelegate next, CancellationToken client)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(client, drain.Expired);
        context.RequestAborted = stop.Token;
        try
        {
            await next(context);
        }
        finally
        {
            context.RequestAborted = client;
        }
    }

    private string NewId(HttpContext context) => RequestIds.For(context.Request.Headers["x-request-id"], ExchangeId.Create(time));

    private async Task AnswerAsync(HttpContext context, Rejection rejection, string requestId)
    {
        context.Response.Clear();
        await ErrorResponses.WriteAsync(context, endpoints.Guess(context.Request.Path.Value ?? "/"), rejection.Error, rejection.Message, rejection.Param, requestId);
    }
}

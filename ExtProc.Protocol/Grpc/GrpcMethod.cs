using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>One method of the server: runs the handler for each call and turns whatever happens into a status.</summary>
internal sealed class GrpcMethod<TRequest, TResponse>(
    string path,
    IMessageCodec<TRequest> requests,
    IMessageCodec<TResponse> responses,
    Func<ServerStream<TRequest, TResponse>, Task> handler,
    GrpcServerOptions options,
    ILogger logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!ServerProtocol.Accepts(context)) return;
        ServerProtocol.Begin(context);
        if (!TryReadLimit(context, out var limit))
        {
            End(context, GrpcStatus.MalformedTimeout, afterMessages: false);
            return;
        }

        if (limit <= TimeSpan.Zero)
        {
            End(context, GrpcStatus.DeadlineExceeded, afterMessages: false);
            return;
        }

        using var lifetime = new CallLifetime(limit, options.Time, context.RequestAborted);
        var stream = new ServerStream<TRequest, TResponse>(context, lifetime, requests, responses, options);
        var status = await RunAsync(stream, lifetime);
        if (stream.OutputBroken) context.Abort();
        else if (lifetime.Token.IsCancellationRequested && !lifetime.DeadlineExceeded) GrpcLog.Left(logger, path);
        else End(context, status, stream.HasMessages);
    }

    private static bool TryReadLimit(HttpContext context, out TimeSpan? limit)
    {
        limit = null;
        if (GrpcHeaders.Get(context.Request, GrpcHeaders.Timeout) is not { } text) return true;
        if (!GrpcTimeout.TryParse(text, out var parsed)) return false;
        limit = parsed;
        return true;
    }

    private async Task<GrpcStatus> RunAsync(ServerStream<TRequest, TResponse> stream, CallLifetime lifetime)
    {
        try
        {
            await handler(stream);
            return lifetime.DeadlineExceeded ? GrpcStatus.DeadlineExceeded : GrpcStatus.Ok;
        }
        catch (GrpcException exception)
        {
            return new GrpcStatus(exception.Code, exception.Message);
        }
        catch (OperationCanceledException)
        {
            return lifetime.DeadlineExceeded ? GrpcStatus.DeadlineExceeded : GrpcStatus.Cancelled;
        }
        catch (Exception exception)
        {
            // The boundary of an exchange: the log gets everything, the client nothing that could hold a secret.
            GrpcLog.HandlerFailed(logger, exception, path);
            return GrpcStatus.HandlerFailed;
        }
    }

    private void End(HttpContext context, GrpcStatus status, bool afterMessages)
    {
        if (status.Code != GrpcStatusCode.OK) GrpcLog.Ended(logger, path, status.Code, status.Message);
        ServerProtocol.End(context, status, afterMessages);
    }
}

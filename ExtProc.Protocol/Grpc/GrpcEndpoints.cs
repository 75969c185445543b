using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Puts gRPC methods on a web host. The listener must speak HTTP/2: <see cref="GrpcListener"/>.</summary>
/// <example><code>app.MapGrpcDuplex(ExternalProcessorMethods.Process, new InboundCodec(), new ProtobufCodec&lt;ProcessingResponse&gt;(), service.ProcessAsync);</code></example>
public static class GrpcEndpoints
{
    /// <summary>A method where both sides send any number of messages in any order.</summary>
    /// <param name="endpoints">The host's routes.</param>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="requests">Reads what clients send.</param>
    /// <param name="responses">Writes what they get.</param>
    /// <param name="handler">Serves one call. Returning ends it with OK, also while the client still sends; a <see cref="GrpcException"/> with its status, any other exception with UNKNOWN.</param>
    /// <param name="options">Limits.</param>
    public static IEndpointConventionBuilder MapGrpcDuplex<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        string path,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        Func<ServerStream<TRequest, TResponse>, Task> handler,
        GrpcServerOptions? options = null)
    {
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("AiGateway.ExtProc.Protocol.Grpc");
        var method = new GrpcMethod<TRequest, TResponse>(path, requests, responses, handler, options ?? GrpcServerOptions.Default, logger);
        return endpoints.MapPost(path, (RequestDelegate)method.InvokeAsync).WithDisplayName($"gRPC {path}");
    }

    /// <summary>A method where the client sends one message and gets any number. Its request must not refer to the received bytes.</summary>
    /// <param name="endpoints">The host's routes.</param>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="requests">Reads the request.</param>
    /// <param name="responses">Writes the answers.</param>
    /// <param name="handler">Gets the request and writes into the call.</param>
    /// <param name="options">Limits.</param>
    public static IEndpointConventionBuilder MapGrpcServerStream<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        string path,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        Func<TRequest, ServerStream<TRequest, TResponse>, Task> handler,
        GrpcServerOptions? options = null) =>
        endpoints.MapGrpcDuplex(path, requests, responses, async stream => await handler(await stream.ReadSingleAsync(), stream), options);

    /// <summary>A method of one request and one answer.</summary>
    /// <param name="endpoints">The host's routes.</param>
    /// <param name="path"><c>/package.Service/Method</c>.</param>
    /// <param name="requests">Reads the request.</param>
    /// <param name="responses">Writes the answer.</param>
    /// <param name="handler">Makes the answer.</param>
    /// <param name="options">Limits.</param>
    public static IEndpointConventionBuilder MapGrpcUnary<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        string path,
        IMessageCodec<TRequest> requests,
        IMessageCodec<TResponse> responses,
        Func<TRequest, ServerCall, Task<TResponse>> handler,
        GrpcServerOptions? options = null) =>
        endpoints.MapGrpcDuplex(path, requests, responses, async stream => await stream.WriteAsync(await handler(await stream.ReadSingleAsync(), stream)), options);

    /// <summary>Answers calls of all other methods with UNIMPLEMENTED, and what is no call with 404.</summary>
    public static IEndpointConventionBuilder MapGrpcUnimplemented(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapFallback("{**path}", (RequestDelegate)(static context =>
        {
            if (GrpcHeaders.IsGrpc(context.Request.ContentType) && ServerProtocol.Accepts(context))
            {
                context.Response.ContentType = GrpcHeaders.ContentType;
                ServerProtocol.End(context, GrpcStatus.Unimplemented, afterMessages: false);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }

            return Task.CompletedTask;
        }));
}

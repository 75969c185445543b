using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.Gateway.Forwarding;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Listeners;

/// <summary>
/// Refuses requests that say their length in two ways. Kestrel reads such a request by its chunks and goes on (RFC 9112 section 6.3 allows that); another
/// party on the way here may have read the length instead, which is how requests are smuggled. The connection is closed, because the parties would
/// disagree on where the next request begins.
/// </summary>
internal sealed class FramingGuard(EndpointCatalog endpoints, TimeProvider time)
{
    /// <summary>Kestrel moves the length it ignores into this header.</summary>
    private const string IgnoredLength = "X-Content-Length";

    /// <summary>Middleware.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        if (headers.TransferEncoding.Count == 0 || (headers.ContentLength is null && !headers.ContainsKey(IgnoredLength))) return next(context);
        var path = context.Request.Path.Value ?? "/";
        var dialect = endpoints.Find(path)?.Dialect ?? endpoints.Guess(path);
        var requestId = RequestIds.For(headers["x-request-id"], ExchangeId.Create(time));
        return ErrorResponses.WriteAsync(context, dialect, GatewayError.InvalidFraming, "malformed request: content-length and transfer-encoding together", null, requestId).AsTask();
    }
}

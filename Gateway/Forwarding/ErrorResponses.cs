using System.Buffers;
using System.Globalization;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Answers that the gateway makes itself.</summary>
internal static class ErrorResponses
{
    /// <summary>Writes an error in the caller's dialect.</summary>
    /// <returns>The body, for the span.</returns>
    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync(HttpContext context, Dialect dialect, GatewayError error, string message, string? param, string requestId, string? allow = null)
    {
        var body = new ArrayBufferWriter<byte>(512);
        ErrorBody.Write(body, dialect, error, message, param, requestId);
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        response.ContentLength = body.WrittenCount;
        response.Headers["x-request-id"] = requestId;
        if (allow is not null) response.Headers.Allow = allow;
        if (error == GatewayError.Draining) response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        // The rest of a body that was refused is not worth reading, and after a broken one nobody knows where the next request would begin.
        if (error == GatewayError.RequestTooLarge || error == GatewayError.RequestTimeout || error == GatewayError.Draining || error == GatewayError.InvalidFraming) response.Headers.Connection = "close";
        if (HttpMethods.IsHead(context.Request.Method)) return body.WrittenMemory;
        await response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
        return body.WrittenMemory;
    }
}

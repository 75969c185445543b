using AiGateway.DataPlane.Exchanges;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Forwarding;

/// <summary>The end of an answer whose exchange goes on: the client need not wait for the goodbye of services.</summary>
internal static class AnswerEnd
{
    /// <summary>Sends it, unless nobody is there or the answer was cut.</summary>
    public static Task SendAsync(HttpContext context, Exchange exchange)
    {
        // An abort shows in the token a moment later only; to end an answer that is short of its promised length is an error.
        var isCut = context.Response.ContentLength > exchange.BytesSent;
        return isCut || context.RequestAborted.IsCancellationRequested ? Task.CompletedTask : context.Response.CompleteAsync();
    }
}

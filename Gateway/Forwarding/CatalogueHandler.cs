using System.Buffers;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.Gateway.Listeners;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Serves the model lists.</summary>
internal sealed class CatalogueHandler(SnapshotHolder snapshots, ListenerSockets sockets, GatewayHostOptions options)
{
    /// <summary>Answers a list, or one model of it.</summary>
    /// <param name="context">Request.</param>
    /// <param name="endpoint">Which list.</param>
    /// <param name="id">One model, or null for the list.</param>
    public async Task HandleAsync(HttpContext context, EndpointDescriptor endpoint, string? id)
    {
        var head = new HttpRequestHead(context);
        var dialect = CataloguePhase.DialectOf(endpoint, head);
        var requestId = RequestIds.For(head.Header("x-request-id"), ExchangeId.Create(options.Time));
        if (!CataloguePhase.Takes(head.Method))
        {
            await ErrorResponses.WriteAsync(context, dialect, GatewayError.MethodNotAllowed, $"{endpoint.Suffix} takes GET, not {head.Method}", null, requestId, "GET");
            return;
        }

        var host = HostPattern.WithoutPort(head.Host).ToString();
        var models = snapshots.Current.FindListener(sockets.ConfiguredPort(context.Connection.LocalPort), host)?.Models.For(host) ?? [];
        var body = new ArrayBufferWriter<byte>(1024);
        if (CataloguePhase.Write(body, dialect, models, id, name => context.Request.Query.TryGetValue(name, out var value) && value.Count > 0 ? value[^1] : null) is { } rejected)
        {
            await ErrorResponses.WriteAsync(context, dialect, rejected.Error, rejected.Message, rejected.Param, requestId);
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers["x-request-id"] = requestId;
        if (!HttpMethods.IsHead(head.Method)) await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}

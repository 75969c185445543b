using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.Gateway.Listeners;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Model lists: answered from configuration, per host, without a backend.</summary>
internal sealed class CatalogueHandler(SnapshotHolder snapshots, ListenerSockets sockets, GatewayHostOptions options)
{
    /// <summary>Answers a list, or one model of it.</summary>
    /// <param name="context">Request.</param>
    /// <param name="endpoint">Which list.</param>
    /// <param name="id">One model, or null for the list.</param>
    public async Task HandleAsync(HttpContext context, EndpointDescriptor endpoint, string? id)
    {
        var head = new HttpRequestHead(context);
        var dialect = head.Header("anthropic-version") is null ? endpoint.Dialect : Dialect.Anthropic;
        var requestId = RequestIds.For(head.Header("x-request-id"), ExchangeId.Create(options.Time));
        if (!HttpMethods.IsGet(head.Method) && !HttpMethods.IsHead(head.Method) && !HttpMethods.IsPost(head.Method))
        {
            await ErrorResponses.WriteAsync(context, dialect, GatewayError.MethodNotAllowed, $"{endpoint.Suffix} takes GET, not {head.Method}", null, requestId, "GET");
            return;
        }

        var host = HostPattern.WithoutPort(head.Host).ToString();
        var models = snapshots.Current.FindListener(sockets.ConfiguredPort(context.Connection.LocalPort), host)?.Models.For(host) ?? [];
        var body = new ArrayBufferWriter<byte>(1024);
        if (id is not null)
        {
            if (models.FirstOrDefault(model => model.Id == id) is not { } found)
            {
                await ErrorResponses.WriteAsync(context, dialect, GatewayError.ModelNotFound, $"model '{(id.Length <= 200 ? id : id[..200] + "…")}' is not configured on this host", "model", requestId);
                return;
            }

            using var json = new Utf8JsonWriter(body);
            if (dialect == Dialect.Anthropic) ModelCatalog.WriteAnthropic(json, found);
            else ModelCatalog.WriteOpenAI(json, found);
        }
        else if (dialect == Dialect.Anthropic)
        {
            if (!TryPage(context.Request.Query, out var page))
            {
                await ErrorResponses.WriteAsync(context, dialect, GatewayError.InvalidRequest, "limit must be a number from 1 to 1000", "limit", requestId);
                return;
            }

            ModelCatalog.WriteAnthropic(body, models, page);
        }
        else
        {
            ModelCatalog.WriteOpenAI(body, models);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers["x-request-id"] = requestId;
        if (!HttpMethods.IsHead(head.Method)) await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    private static bool TryPage(IQueryCollection query, out ModelPage page)
    {
        page = new ModelPage(null, Value(query, "after_id"), Value(query, "before_id"));
        if (Value(query, "limit") is not { } text) return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > 1000) return false;
        page = page with { Limit = limit };
        return true;
    }

    private static string? Value(IQueryCollection query, string name) => query.TryGetValue(name, out var value) && value.Count > 0 ? value[^1] : null;
}

using System.Globalization;
using AiGateway.DataPlane.Exchanges;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.Gateway.External;

/// <summary>
/// Envoy's attributes of an exchange (https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes), as far as a gateway without
/// Envoy has them. What is not known, or not yet, is left out, as Envoy does.
/// </summary>
internal static class Attributes
{
    private const string Static = "filter_metadata['aigateway.envoy.io']";

    /// <summary>The values of the named attributes.</summary>
    public static Struct Of(IReadOnlyList<string> names, ProcessedExchange processed)
    {
        var values = new Struct();
        foreach (var name in names)
        {
            if (Value(name, processed) is { } value) values.Fields[name] = value;
        }

        return values;
    }

    private static Value? Value(string name, ProcessedExchange processed)
    {
        var (exchange, headers, context) = (processed.Exchange, processed.Headers, processed.Context);
        return name switch
        {
            "request.id" => Text(headers["x-request-id"]),
            "request.path" => Text(headers[":path"]),
            "request.url_path" => Text(headers[":path"]?.Split('?')[0]),
            "request.query" => Text(headers[":path"] is { } path && path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? path[(at + 1)..] : ""),
            "request.host" => Text(headers[":authority"]),
            "request.method" => Text(headers[":method"]),
            "request.scheme" => Text(headers[":scheme"]),
            "request.referer" => Text(headers["referer"]),
            "request.useragent" => Text(headers["user-agent"]),
            "request.protocol" => Text(context.Request.Protocol),
            "request.time" => Text(exchange.StartedAt.ToString("O", CultureInfo.InvariantCulture)),
            "request.size" => Number(exchange.BytesReceived),
            "source.address" => Text(context.Connection.RemoteIpAddress is { } source ? $"{source}:{context.Connection.RemotePort}" : null),
            "source.port" => Number(context.Connection.RemotePort),
            "destination.address" => Text(context.Connection.LocalIpAddress is { } local ? $"{local}:{context.Connection.LocalPort}" : null),
            "destination.port" => Number(context.Connection.LocalPort),
            "connection.requested_server_name" => Text(context.Features.Get<Microsoft.AspNetCore.Connections.Features.ITlsHandshakeFeature>()?.HostName),
            "xds.route_name" or $"xds.route_metadata.{Static}['aigw_route_name']" => Text(exchange.Rule?.Route),
            "xds.cluster_name" or $"xds.upstream_host_metadata.{Static}['per_route_rule_backend_name']" => Text(processed.Backend?.Name),
            $"xds.upstream_host_metadata.{Static}['upstream_host']" => Text(processed.Backend?.UpstreamHost),
            "upstream.address" => Text(processed.Destination),
            "upstream.request_attempt_count" => exchange.Attempts == 0 ? null : Number(exchange.Attempts),
            "response.code" => exchange.Status == 0 ? null : Number(exchange.Status),
            "response.code_details" => Text(processed.CodeDetails),
            _ => null,
        };
    }

    private static Value? Text(string? text) => text is null ? null : Google.Protobuf.WellKnownTypes.Value.ForString(text);

    private static Value Number(double number) => Google.Protobuf.WellKnownTypes.Value.ForNumber(number);
}

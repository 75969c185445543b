using System.Globalization;
using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The endpoints of a pool as Envoy's load balancer sees them.</summary>
internal static class Endpoints
{
    /// <summary>A pool is a locality of its own: localities share the traffic of a priority by weight, endpoints within them equally.</summary>
    public static JsonObject Locality(ClusterTarget target, int index, UpstreamSockets sockets) => new()
    {
        ["locality"] = new JsonObject { ["region"] = target.Backend ?? target.Pool.Name, ["zone"] = index.ToString(CultureInfo.InvariantCulture) },
        ["priority"] = target.Priority,
        ["load_balancing_weight"] = target.Weight,
        ["lb_endpoints"] = Protobuf.Array(target.Pool.Endpoints.Select(endpoint => Endpoint(target, endpoint, sockets))),
    };

    private static JsonObject Endpoint(ClusterTarget target, EndpointSpec endpoint, UpstreamSockets sockets)
    {
        var host = HostHeader(target.Pool, endpoint);
        var result = new JsonObject
        {
            ["endpoint"] = new JsonObject
            {
                ["address"] = endpoint.UnixPath is { } path ? Addresses.Unix(path) : Addresses.Tcp(endpoint.Host!, endpoint.Port),
                ["hostname"] = host,
            },
        };
        var metadata = new JsonObject();
        if (target.Backend is not null)
        {
            var facts = new JsonObject { [ExtProcFilters.BackendKey] = target.Backend };
            if (endpoint.Host is not null) facts[ExtProcFilters.HostKey] = host;
            metadata[ExtProcFilters.StaticNamespace] = facts;
        }

        if (sockets.NameOf(target.Pool, endpoint) is { } socket) metadata[UpstreamSockets.MatchNamespace] = new JsonObject { [UpstreamSockets.MatchKey] = socket };
        if (metadata.Count > 0) result["metadata"] = new JsonObject { ["filter_metadata"] = metadata };
        return result;
    }

    /// <summary>The Host header an endpoint gets; the port is part of it unless it is the usual one (RFC 9110 section 7.2).</summary>
    private static string HostHeader(PoolSpec pool, EndpointSpec endpoint)
    {
        if (endpoint.HostHeader is not null) return endpoint.HostHeader;
        if (endpoint.Host is null) return "localhost";
        var host = endpoint.Host.Contains(':', StringComparison.Ordinal) ? $"[{endpoint.Host}]" : endpoint.Host;
        return endpoint.Port == (pool.Tls is null ? 80 : 443) ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{endpoint.Port}");
    }
}

using System.Net;
using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>One cluster from its pools.</summary>
internal static class Cluster
{
    /// <summary>What keeps these pools from being one cluster; null when nothing does.</summary>
    public static string? Problem(IReadOnlyList<ClusterTarget> targets)
    {
        if (!UpstreamProtocol.Fits(targets)) return "some of its backends speak HTTP/2 and others HTTP/1.1, not all of them with TLS, which could negotiate it";
        return IsUnix(targets) && NeedsDns(targets) ? "a cluster with a Unix socket cannot have DNS names" : null;
    }

    public static JsonObject Build(string name, IReadOnlyList<ClusterTarget> targets, UpstreamTls tls)
    {
        var sockets = tls.Sockets(targets);
        var cluster = new JsonObject { ["name"] = name, ["type"] = NeedsDns(targets) ? "STRICT_DNS" : "STATIC" };
        if (NeedsDns(targets)) cluster["dns_lookup_family"] = "V4_PREFERRED";
        cluster["connect_timeout"] = Protobuf.Duration(targets.Max(static target => target.Pool.ConnectTimeout));
        cluster["per_connection_buffer_limit_bytes"] = Listeners.DefaultBufferLimit;
        // Requests take from milliseconds to minutes, so a fair share is one of running requests, not of arrivals.
        cluster["lb_policy"] = "LEAST_REQUEST";
        // A weight belongs to a backend and not to each address that its name resolves to.
        cluster["common_lb_config"] = new JsonObject { ["locality_weighted_lb_config"] = new JsonObject() };
        cluster["circuit_breakers"] = ClusterLimits.CircuitBreakers();
        cluster["load_assignment"] = new JsonObject
        {
            ["cluster_name"] = name,
            ["endpoints"] = Protobuf.Array(targets.Select((target, index) => Endpoints.Locality(target, index, sockets))),
        };
        sockets.AddTo(cluster);
        cluster["typed_extension_protocol_options"] = UpstreamProtocol.Options(UpstreamProtocol.For(targets));
        return cluster;
    }

    private static bool IsUnix(IEnumerable<ClusterTarget> targets) => targets.Any(static target => target.Pool.Endpoints.Any(static endpoint => endpoint.UnixPath is not null));

    private static bool NeedsDns(IEnumerable<ClusterTarget> targets) =>
        targets.Any(static target => target.Pool.Endpoints.Any(static endpoint => endpoint.Host is { } host && !IPAddress.TryParse(host, out _)));
}

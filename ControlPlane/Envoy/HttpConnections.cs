using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The HTTP connection manager of a listener.</summary>
internal static class HttpConnections
{
    /// <summary>Longest silence of a stream when no listener says: the gateway's own default and Envoy's.</summary>
    public static readonly TimeSpan DefaultStreamIdleTimeout = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_connectionIdleTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_headTimeout = TimeSpan.FromSeconds(30);

    public static JsonObject Filter(SocketGroup group, GatewaySnapshot snapshot, RouteClusters clusters, EnvoyOptions options)
    {
        var manager = new JsonObject
        {
            ["@type"] = Protobuf.Type("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
            ["stat_prefix"] = group.Name,
            ["codec_type"] = "AUTO",
            // The client's address is that of its connection, and nobody is trusted to speak for others or to steer Envoy by x-envoy-* headers.
            ["use_remote_address"] = true,
            ["internal_address_config"] = new JsonObject { ["unix_sockets"] = false },
            ["preserve_external_request_id"] = true,
            ["always_set_request_id_in_response"] = true,
            ["scheme_header_transformation"] = new JsonObject { ["match_upstream"] = true },
            // Paths reach the service as they were sent.
            ["normalize_path"] = false,
            ["merge_slashes"] = false,
            ["path_with_escaped_slashes_action"] = "KEEP_UNCHANGED",
            ["max_request_headers_kb"] = 64,
            ["common_http_protocol_options"] = new JsonObject
            {
                ["idle_timeout"] = Protobuf.Duration(group.Largest(static listener => listener.IdleTimeout ?? s_connectionIdleTimeout)),
                ["max_headers_count"] = 128,
            },
            ["request_headers_timeout"] = Protobuf.Duration(s_headTimeout),
            ["stream_idle_timeout"] = Protobuf.Duration(group.Largest(static listener => listener.StreamIdleTimeout ?? DefaultStreamIdleTimeout)),
        };
        if (group.Listeners.All(static listener => listener.RequestReceivedTimeout is not null))
            manager.Set("request_timeout", group.Largest(static listener => listener.RequestReceivedTimeout));
        manager["early_header_mutation_extensions"] = new JsonArray(HttpFilters.WithoutClaims());
        manager["access_log"] = new JsonArray(AccessLog.Log(snapshot, options.LogHeaders));
        if (clusters.NeedExtProc) manager["local_reply_config"] = BrokenAnswers.Config(options.AiPaths);
        manager["http_filters"] = HttpFilters.Chain(group.Port, options.LogHeaders, clusters.NeedExtProc, clusters.Processors(snapshot, group));
        manager["route_config"] = new JsonObject
        {
            ["name"] = group.Name,
            ["ignore_port_in_host_matching"] = true,
            ["virtual_hosts"] = VirtualHosts.All(group, snapshot, clusters, options),
        };
        return Protobuf.Extension("envoy.filters.network.http_connection_manager", manager);
    }
}

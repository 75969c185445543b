using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The cluster of the external processing service.</summary>
internal static class ExtProcCluster
{
    /// <summary>Known from Envoy AI Gateway and its dashboards, so it is kept for TCP too.</summary>
    public const string Name = "ai-gateway-extproc-uds";

    /// <summary>
    /// What Kestrel and others allow on one connection by default. Envoy opens further connections for more; without its own limit it would learn the service's
    /// only after it has exceeded it, and every stream too many would be a 500.
    /// </summary>
    private const int StreamsPerConnection = 100;

    public static JsonObject Cluster(ExtProcAddress address)
    {
        var endpoint = new JsonObject { ["address"] = address.UnixPath is { } path ? Addresses.Unix(path) : Addresses.Tcp(address.Host!, address.Port) };
        return new JsonObject
        {
            ["name"] = Name,
            ["type"] = address.IsName ? "STRICT_DNS" : "STATIC",
            ["connect_timeout"] = "10s",
            ["per_connection_buffer_limit_bytes"] = Listeners.DefaultBufferLimit,
            ["circuit_breakers"] = ClusterLimits.CircuitBreakers(),
            ["load_assignment"] = new JsonObject
            {
                ["cluster_name"] = Name,
                ["endpoints"] = new JsonArray(new JsonObject { ["lb_endpoints"] = new JsonArray(new JsonObject { ["endpoint"] = endpoint }) }),
            },
            ["typed_extension_protocol_options"] = UpstreamProtocol.Options(new JsonObject
            {
                ["explicit_http_config"] = new JsonObject
                {
                    ["http2_protocol_options"] = new JsonObject
                    {
                        ["max_concurrent_streams"] = StreamsPerConnection,
                        ["initial_stream_window_size"] = 65_536,
                        ["initial_connection_window_size"] = 1_048_576,
                        ["connection_keepalive"] = new JsonObject { ["interval"] = "30s", ["timeout"] = "5s" },
                    },
                },
            }),
        };
    }
}

using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>What concerns the process of Envoy and no request.</summary>
internal static class ProcessParts
{
    /// <summary>More than these are refused before they cost memory; Envoy itself has no limit and warns about that at every start.</summary>
    private const int LargestDownstreamConnections = 50_000;

    public static JsonObject Admin(EnvoyOptions options) => new()
    {
        ["address"] = Addresses.Tcp(options.AdminAddress, options.AdminPort),
        ["ignore_global_conn_limit"] = true,
    };

    /// <summary>Envoy refuses regular expressions beyond a size of 100; model names of ten alternatives are longer. Compilation has already bounded them.</summary>
    public static JsonObject Runtime() => new()
    {
        ["layers"] = new JsonArray(new JsonObject
        {
            ["name"] = "static",
            ["static_layer"] = new JsonObject { ["re2.max_program_size.error_level"] = 100_000, ["re2.max_program_size.warn_level"] = 10_000 },
        }),
    };

    public static JsonObject Overload() => new()
    {
        ["resource_monitors"] = new JsonArray(Protobuf.Extension("envoy.resource_monitors.global_downstream_max_connections", new JsonObject
        {
            ["@type"] = Protobuf.Type("envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"),
            ["max_active_downstream_connections"] = LargestDownstreamConnections,
        })),
    };
}

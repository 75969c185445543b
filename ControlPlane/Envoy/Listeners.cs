using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>One listener of Envoy per port.</summary>
internal static class Listeners
{
    /// <summary>Bodies of AI requests and their answers are held in memory up to this size when nothing else is configured.</summary>
    public const long DefaultBufferLimit = 52_428_800;

    public static JsonObject Listener(SocketGroup group, GatewaySnapshot snapshot, RouteClusters clusters, EnvoyOptions options)
    {
        var addresses = group.Addresses(options.ListenAddress);
        var chain = new JsonObject();
        if (group.Tls) chain["transport_socket"] = Tls(group);
        chain["filters"] = new JsonArray(HttpConnections.Filter(group, snapshot, clusters, options));
        var listener = new JsonObject { ["name"] = group.Name, ["address"] = Addresses.Tcp(addresses[0], group.Port) };
        if (addresses.Count > 1)
            listener["additional_addresses"] = Protobuf.Array(addresses.Skip(1).Select(address => new JsonObject { ["address"] = Addresses.Tcp(address, group.Port) }));
        listener["per_connection_buffer_limit_bytes"] = group.Largest(static spec => spec.MaxRequestBodyBytes ?? DefaultBufferLimit);
        listener["filter_chains"] = new JsonArray(chain);
        return listener;
    }

    /// <summary>All certificates of the port: Envoy takes the one whose names fit the client's, else the first.</summary>
    private static JsonObject Tls(SocketGroup group) => Protobuf.Extension("envoy.transport_sockets.tls", new JsonObject
    {
        ["@type"] = Protobuf.Type("envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"),
        ["common_tls_context"] = new JsonObject
        {
            ["alpn_protocols"] = Protobuf.Texts("h2", "http/1.1"),
            ["tls_certificates"] = Protobuf.Array(group.Listeners.SelectMany(static listener => listener.Certificates).Distinct().Select(static certificate => new JsonObject
            {
                ["certificate_chain"] = new JsonObject { ["inline_string"] = certificate.ChainPem },
                ["private_key"] = new JsonObject { ["inline_string"] = certificate.KeyPem.Reveal() }, // Envoy reads it from nowhere else; the command warns
            })),
        },
    });
}

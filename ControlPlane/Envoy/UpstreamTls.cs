using System.Net;
using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>TLS towards backends.</summary>
/// <param name="systemTrustFile">What the system's authorities are on the machine of Envoy.</param>
internal sealed class UpstreamTls(string systemTrustFile)
{
    /// <summary>The kinds of connection that a cluster needs.</summary>
    public UpstreamSockets Sockets(IReadOnlyList<ClusterTarget> targets)
    {
        var sockets = new UpstreamSockets();
        foreach (var pool in targets.Select(static target => target.Pool))
        {
            foreach (var endpoint in pool.Endpoints) sockets.Add(pool, endpoint, pool.Tls is null ? null : Socket(pool.Tls, endpoint, pool.Http2));
        }

        return sockets;
    }

    private JsonObject Socket(UpstreamTlsSpec tls, EndpointSpec endpoint, bool http2)
    {
        var name = tls.ServerName ?? endpoint.Host;
        var common = new JsonObject();
        if (http2) common["alpn_protocols"] = Protobuf.Texts("h2"); // otherwise Envoy offers what the cluster can speak
        if (!tls.InsecureSkipVerify) common["validation_context"] = Validation(tls, name);
        var context = new JsonObject { ["@type"] = Protobuf.Type("envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"), ["common_tls_context"] = common };
        if (name is not null && !IPAddress.TryParse(name, out _)) context["sni"] = name; // an address is no server name (RFC 6066 section 3)
        return Protobuf.Extension("envoy.transport_sockets.tls", context);
    }

    private JsonObject Validation(UpstreamTlsSpec tls, string? serverName)
    {
        var names = tls.SubjectAltNames.Count > 0 ? tls.SubjectAltNames : serverName is null ? [] : [serverName];
        return new JsonObject
        {
            ["trusted_ca"] = tls.CaPem.Count > 0 ? new JsonObject { ["inline_string"] = string.Join('\n', tls.CaPem) } : new JsonObject { ["filename"] = systemTrustFile },
        }.Set("match_typed_subject_alt_names", names.Count == 0 ? null : Protobuf.Array(names.Select(SubjectAltName)));
    }

    private static JsonObject SubjectAltName(string name) => new()
    {
        ["san_type"] = name.Contains("://", StringComparison.Ordinal) ? "URI" : IPAddress.TryParse(name, out _) ? "IP_ADDRESS" : "DNS",
        ["matcher"] = new JsonObject { ["exact"] = name },
    };
}

using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Which HTTP a cluster speaks, and its filters.</summary>
internal static class UpstreamProtocol
{
    private const string OptionsType = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    /// <summary>Envoy chooses the protocol per cluster; only TLS lets it ask each endpoint.</summary>
    public static bool Fits(IReadOnlyList<ClusterTarget> targets) => IsNegotiated(targets) || targets.All(target => target.Pool.Http2 == targets[0].Pool.Http2);

    /// <summary>The protocol of a cluster, and the service's filters when it has a part in it.</summary>
    public static JsonObject For(IReadOnlyList<ClusterTarget> targets)
    {
        var options = IsNegotiated(targets)
            ? new JsonObject { ["auto_config"] = new JsonObject { ["http_protocol_options"] = new JsonObject(), ["http2_protocol_options"] = new JsonObject() } }
            : new JsonObject { ["explicit_http_config"] = new JsonObject { [targets[0].Pool.Http2 ? "http2_protocol_options" : "http_protocol_options"] = new JsonObject() } };
        if (targets.Any(static target => target.Backend is not null)) options["http_filters"] = ExtProcFilters.Upstream();
        return options;
    }

    /// <summary>The member <c>typed_extension_protocol_options</c> of a cluster.</summary>
    public static JsonObject Options(JsonObject options)
    {
        options.Insert(0, "@type", Protobuf.Type(OptionsType));
        return new JsonObject { [OptionsType] = options };
    }

    private static bool IsNegotiated(IReadOnlyList<ClusterTarget> targets) => targets.All(static target => target.Pool.Tls is not null);
}

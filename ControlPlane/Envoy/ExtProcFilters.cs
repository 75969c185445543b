using System.Globalization;
using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// The two filters that ask the service: one on the listener, which sees the client's exchange, and one in each cluster of an AI rule, which sees every attempt.
/// The service tells them apart by the attributes that only the second one sends.
/// </summary>
internal static class ExtProcFilters
{
    /// <summary>Name of the filter on the listener.</summary>
    public const string Name = "envoy.filters.http.ext_proc/aigateway";

    /// <summary>Name of the filter in a cluster.</summary>
    private const string UpstreamName = "envoy.filters.http.ext_proc/aigateway/upstream";

    /// <summary>Where the service writes facts about a request; without permission Envoy drops them.</summary>
    public const string DynamicNamespace = "io.envoy.ai_gateway";

    /// <summary>Metadata of routes and endpoints that the service reads.</summary>
    public const string StaticNamespace = "aigateway.envoy.io";

    /// <summary>Key of the backend's name on an endpoint.</summary>
    public const string BackendKey = "per_route_rule_backend_name";

    /// <summary>Key of the host name on an endpoint; signatures cover it.</summary>
    public const string HostKey = "upstream_host";

    /// <summary>Key of the route's name on a route.</summary>
    public const string RouteKey = "aigw_route_name";

    private const string Message = "envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";

    /// <summary>The filter on the listener. It does nothing until a route enables it.</summary>
    /// <param name="port">Of the listener; says that this bootstrap has direct routes.</param>
    public static JsonObject Router(int port)
    {
        var service = Service();
        service["initial_metadata"] = new JsonArray(new JsonObject { ["key"] = DirectRoute.PortMetadata, ["value"] = port.ToString(CultureInfo.InvariantCulture) });
        var filter = Protobuf.Extension(Name, new JsonObject
        {
            ["@type"] = Protobuf.Type(Message),
            ["grpc_service"] = service,
            ["failure_mode_allow"] = false,
            ["processing_mode"] = new JsonObject
            {
                ["request_header_mode"] = "SEND",
                ["request_body_mode"] = "BUFFERED",
                ["request_trailer_mode"] = "SKIP",
                ["response_header_mode"] = "SEND",
                ["response_body_mode"] = "BUFFERED", // the service turns streams to STREAMED
                ["response_trailer_mode"] = "SKIP",
            },
            // Tells the service which answers are Envoy's own and why there was none of a backend.
            ["response_attributes"] = Protobuf.Texts("response.code_details"),
            ["message_timeout"] = "10s", // 200 ms, the default, is short for a large body
            ["allow_mode_override"] = true,
            ["mutation_rules"] = Mutations(),
            ["metadata_options"] = Receiving(),
        });
        filter["disabled"] = true;
        return filter;
    }

    /// <summary>What a route says to enable the filter of the listener.</summary>
    public static JsonObject Enabled() => new()
    {
        [Name] = new JsonObject { ["@type"] = Protobuf.Type("envoy.config.route.v3.FilterConfig"), ["config"] = new JsonObject() },
    };

    /// <summary>What a direct route says: the request is prepared, its attempt needs no question.</summary>
    public static JsonObject EnabledOnce()
    {
        var filters = Enabled();
        filters[UpstreamName] = new JsonObject { ["@type"] = Protobuf.Type("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute"), ["disabled"] = true };
        return filters;
    }

    /// <summary>The filters of a cluster, in order: the service, the length of a body that it replaced, the codec.</summary>
    public static JsonArray Upstream() => new(
        Protobuf.Extension(UpstreamName, new JsonObject
        {
            ["@type"] = Protobuf.Type(Message),
            ["grpc_service"] = Service(),
            ["failure_mode_allow"] = false,
            ["processing_mode"] = new JsonObject
            {
                ["request_header_mode"] = "SEND",
                ["request_body_mode"] = "NONE",
                ["request_trailer_mode"] = "SKIP",
                ["response_header_mode"] = "SKIP",
                ["response_body_mode"] = "NONE",
                ["response_trailer_mode"] = "SKIP",
            },
            ["request_attributes"] = Protobuf.Texts(
                Path("xds.upstream_host_metadata", BackendKey),
                Path("xds.cluster_metadata", BackendKey),
                Path("xds.upstream_host_metadata", HostKey),
                Path("xds.route_metadata", RouteKey)),
            ["message_timeout"] = "10s",
            ["allow_mode_override"] = true,
            ["mutation_rules"] = Mutations(),
            ["metadata_options"] = Receiving(),
        }),
        // Envoy drops content-length when a body is replaced together with the headers; providers that take no chunked bodies need it.
        Protobuf.Extension("envoy.filters.http.header_mutation", new JsonObject
        {
            ["@type"] = Protobuf.Type("envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"),
            ["mutations"] = new JsonObject
            {
                ["request_mutations"] = new JsonArray(new JsonObject
                {
                    ["append"] = new JsonObject
                    {
                        ["header"] = new JsonObject { ["key"] = "content-length", ["value"] = $"%DYNAMIC_METADATA({DynamicNamespace}:content_length)%" },
                        ["append_action"] = "ADD_IF_ABSENT",
                    },
                }),
            },
        }),
        Protobuf.Extension("envoy.filters.http.upstream_codec", new JsonObject { ["@type"] = Protobuf.Type("envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec") }));

    private static JsonObject Service() => new() { ["envoy_grpc"] = new JsonObject { ["cluster_name"] = ExtProcCluster.Name }, ["timeout"] = "30s" };

    /// <summary>The service keeps the client's path in <c>x-envoy-original-path</c>, for the access log; Envoy would ignore that without a word.</summary>
    private static JsonObject Mutations() => new() { ["allow_envoy"] = true };

    private static JsonObject Receiving() => new() { ["receiving_namespaces"] = new JsonObject { ["untyped"] = Protobuf.Texts(DynamicNamespace) } };

    private static string Path(string of, string key) => $"{of}.filter_metadata['{StaticNamespace}']['{key}']";
}

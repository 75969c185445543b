using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Processing;

/// <summary>An upstream-level stream: one attempt of an exchange that a router stream of this process holds.</summary>
internal sealed class UpstreamStream(Engine engine) : IPhases
{
    /// <summary>The key under which Envoy sends attributes, whatever the filter is called.</summary>
    public const string AttributesKey = "envoy.filters.http.ext_proc";

    private const string Namespace = "filter_metadata['aigateway.envoy.io']";
    public const string HostBackend = $"xds.upstream_host_metadata.{Namespace}['per_route_rule_backend_name']";
    public const string ClusterBackend = $"xds.cluster_metadata.{Namespace}['per_route_rule_backend_name']";
    public const string RouteName = $"xds.route_metadata.{Namespace}['aigw_route_name']";

    private UpstreamAttempt? _attempt;
    private bool _answered;

    /// <inheritdoc />
    public bool IsOver => _answered;

    /// <summary>
    /// Whether a first message opens an upstream stream. The peer asks only for attributes; a router filter may have some too, so they must name a backend,
    /// or the message must belong to an exchange that is running.
    /// </summary>
    public static bool Opens(in InboundMessage message, ExchangeRegistry registry)
    {
        if (Attributes(message) is not { } attributes) return false;
        if (attributes.Fields.ContainsKey(HostBackend) || attributes.Fields.ContainsKey(ClusterBackend)) return true;
        return InternalId(message.Message!, new EnvoyRequestHead(message.Message!.RequestHeaders.Headers)) is { } id && registry.Find(id) is not null;
    }

    /// <inheritdoc />
    public ProcessingResponse? Answer(in InboundMessage message)
    {
        if (_answered) return Answers.Nothing(message.Kind); // modes beyond the peer's: nothing to do here
        _answered = true;
        var current = new EnvoyRequestHead(message.Message!.RequestHeaders.Headers);
        var attributes = Attributes(message)!;
        if (InternalId(message.Message!, current) is not { } id)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "missing internal request ID header from router filter");
        }

        var name = BackendName(attributes, current);
        if (engine.Registry.Find(id) is not { } router)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"no router processor found, request_id={current.Header("x-request-id")}, backend={name}");
        }

        // Newest configuration: a backend that was added while the request waited may be used, one that is gone may not.
        var route = Text(attributes, RouteName);
        var target = engine.Snapshot.FindTarget(name, route) ?? throw new GrpcException(GrpcStatusCode.Internal, $"unknown backend: {name}");
        _attempt = new UpstreamAttempt(engine, target, current, route);
        return router.Attempt(_attempt) ?? throw new GrpcException(GrpcStatusCode.Internal, $"no router processor found, request_id={current.Header("x-request-id")}, backend={name}");
    }

    /// <inheritdoc />
    public void Sent() => _attempt?.Dispose();

    /// <inheritdoc />
    public void Closed(StreamEnd end) => Dispose();

    /// <inheritdoc />
    public void Dispose() => _attempt?.Dispose();

    private static string BackendName(Struct attributes, EnvoyRequestHead current)
    {
        // An endpoint picker chose the address: the endpoint then carries no metadata of its own.
        var name = current.Header("x-gateway-destination-endpoint") is null ? Text(attributes, HostBackend) ?? Text(attributes, ClusterBackend) : Text(attributes, ClusterBackend);
        return name ?? throw new GrpcException(GrpcStatusCode.Internal, $"missing backend name in attributes at path: {HostBackend}");
    }

    /// <summary>The header that the router stream set; the metadata it set beside it when a filter or a retry lost the header.</summary>
    private static string? InternalId(ProcessingRequest request, EnvoyRequestHead head)
    {
        if (head.Header(RouterStream.InternalIdHeader) is { Length: > 0 } id) return id;
        return request.MetadataContext?.FilterMetadata.TryGetValue(Answers.MetadataNamespace, out var metadata) == true ? Text(metadata, Answers.InternalIdKey) : null;
    }

    private static Struct? Attributes(in InboundMessage message) =>
        message is { Kind: InboundKind.RequestHeaders, Message: { } request } && request.Attributes.TryGetValue(AttributesKey, out var attributes) ? attributes : null;

    /// <summary>A value that is a text and not empty.</summary>
    public static string? Text(Struct attributes, string path) => attributes.Fields.TryGetValue(path, out var value) && value.StringValue.Length > 0 ? value.StringValue : null;
}

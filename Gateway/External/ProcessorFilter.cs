using AiGateway.Contracts.Snapshots;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;
using HeaderSendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.HeaderSendMode;

namespace AiGateway.Gateway.External;

/// <summary>Settings of one ext_proc filter, in Envoy's terms.</summary>
internal sealed record ProcessorFilter
{
    /// <summary>Namespace of what the engine's service says about an exchange.</summary>
    public const string EngineNamespace = "io.envoy.ai_gateway";

    private const string Static = "filter_metadata['aigateway.envoy.io']";

    /// <summary>For logs.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the pool that serves it; null: the process's own engine service.</summary>
    public string? Pool { get; init; }

    /// <summary>What is sent until the service overrides it.</summary>
    public required ProcessingMode Mode { get; init; }

    /// <summary>Longest wait for one answer.</summary>
    public required TimeSpan MessageTimeout { get; init; }

    /// <summary>A failure lets the exchange go on.</summary>
    public bool FailOpen { get; init; }

    /// <summary>
    /// A stream that ends with OK and no answer is a failure. Envoy lets such an exchange pass unprocessed, and so do we for the services of a route; without
    /// the engine it would carry an earlier provider's credential, or the client's own.
    /// </summary>
    public bool MustAnswer { get; init; }

    /// <summary>The service is told the port of the listener, and with it that it may name a direct route.</summary>
    public bool TellsPort { get; init; }

    /// <summary><c>mode_override</c> is heeded.</summary>
    public bool AllowModeOverride { get; init; }

    /// <summary><c>x-envoy-*</c> may be set.</summary>
    public bool AllowEnvoyHeaders { get; init; }

    /// <summary>Attributes of the first request message.</summary>
    public IReadOnlyList<string> RequestAttributes { get; init; } = [];

    /// <summary>Attributes of the first response message.</summary>
    public IReadOnlyList<string> ResponseAttributes { get; init; } = [];

    /// <summary>Dynamic metadata that the service is told.</summary>
    public IReadOnlyList<string> ReadableNamespaces { get; init; } = [];

    /// <summary>Dynamic metadata that the service may write.</summary>
    public IReadOnlyList<string> WritableNamespaces { get; init; } = [];

    /// <summary>The engine's filter on the listener: sees the client's exchange.</summary>
    public static ProcessorFilter Router(TimeSpan messageTimeout) => new()
    {
        Name = "router",
        Mode = new ProcessingMode { RequestHeaderMode = HeaderSendMode.Send, RequestBodyMode = BodySendMode.Buffered, ResponseHeaderMode = HeaderSendMode.Send, ResponseBodyMode = BodySendMode.Buffered },
        MessageTimeout = messageTimeout,
        MustAnswer = true,
        TellsPort = true,
        AllowModeOverride = true,
        AllowEnvoyHeaders = true,
        ResponseAttributes = ["response.code_details"],
        WritableNamespaces = [EngineNamespace],
    };

    /// <summary>The engine's filter on a backend: sees every attempt.</summary>
    public static ProcessorFilter Upstream(TimeSpan messageTimeout) => new()
    {
        Name = "upstream",
        Mode = new ProcessingMode { RequestHeaderMode = HeaderSendMode.Send, RequestBodyMode = BodySendMode.None, ResponseHeaderMode = HeaderSendMode.Skip, ResponseBodyMode = BodySendMode.None },
        MessageTimeout = messageTimeout,
        MustAnswer = true,
        AllowModeOverride = true,
        AllowEnvoyHeaders = true,
        RequestAttributes =
        [
            $"xds.upstream_host_metadata.{Static}['per_route_rule_backend_name']",
            $"xds.cluster_metadata.{Static}['per_route_rule_backend_name']",
            $"xds.upstream_host_metadata.{Static}['upstream_host']",
            $"xds.route_metadata.{Static}['aigw_route_name']",
        ],
        WritableNamespaces = [EngineNamespace],
    };

    /// <summary>The filter of an entry of an EnvoyExtensionPolicy.</summary>
    public static ProcessorFilter Of(ProcessorSpec spec) => new()
    {
        Name = spec.Name,
        Pool = spec.Pool,
        Mode = new ProcessingMode
        {
            RequestHeaderMode = spec.Request is null ? HeaderSendMode.Skip : HeaderSendMode.Send,
            RequestBodyMode = (BodySendMode)(spec.Request?.Body ?? ProcessorBodyMode.None),
            ResponseHeaderMode = spec.Response is null ? HeaderSendMode.Skip : HeaderSendMode.Send,
            ResponseBodyMode = (BodySendMode)(spec.Response?.Body ?? ProcessorBodyMode.None),
        },
        MessageTimeout = spec.MessageTimeout,
        FailOpen = spec.FailOpen,
        AllowModeOverride = spec.AllowModeOverride,
        RequestAttributes = spec.Request?.Attributes ?? [],
        ResponseAttributes = spec.Response?.Attributes ?? [],
        ReadableNamespaces = spec.ReadableNamespaces,
        WritableNamespaces = spec.WritableNamespaces,
    };
}

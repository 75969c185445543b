using System.Net;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway;

/// <summary>Process settings of a gateway host; a change needs a restart. What operators edit live is in the snapshot.</summary>
public sealed class GatewayHostOptions
{
    /// <summary>Port of <c>/metrics</c>, <c>/health</c>, <c>/ready</c>; 0 takes a free one. Default 1064.</summary>
    public int AdminPort { get; init; } = 1064;

    /// <summary>Overrides the port of the only listener; 0 takes a free one; null keeps the configured ports.</summary>
    public int? PortOverride { get; init; }

    /// <summary>Addresses to bind when a listener names none; empty binds every address.</summary>
    public IReadOnlyList<string> DefaultAddresses { get; init; } = [];

    /// <summary>Largest request body when a listener sets no limit. Default 50 MiB.</summary>
    public long MaxRequestBodyBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary>Time for a client to send a request's head. Default 30 s.</summary>
    public TimeSpan RequestHeadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence of a backend when neither rule nor listener says. Default 5 minutes.</summary>
    public TimeSpan StreamIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Connections that go elsewhere than DNS says, the TLS name unchanged.</summary>
    public IReadOnlyList<ResolveOverride> Resolve { get; init; } = [];

    /// <summary>Where the engine runs.</summary>
    public ProcessingOptions Processing { get; init; } = new();

    /// <summary>Which streams to ext_proc services are recorded; null records none.</summary>
    public RecorderOptions? Record { get; init; }

    /// <summary>Where the dialects live.</summary>
    public EndpointPrefixes Prefixes { get; init; } = EndpointPrefixes.Default;

    /// <summary>Bytes of one response kept for its span. Default 1 MiB.</summary>
    public int CaptureLimit { get; init; } = 1024 * 1024;

    /// <summary>Log of the service.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Exporters, readers and writers of telemetry; null runs without.</summary>
    public TelemetryPipeline? Telemetry { get; init; }

    /// <summary>Reads OTEL_*, OPENINFERENCE_* and AIGW_* variables.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Further takers of finished exchanges (the terminal). In external mode they get what the service said of usage, which it accounts itself.</summary>
    public IReadOnlyList<ICompletionSink> Sinks { get; init; } = [];

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>One <c>--resolve HOST:PORT:ADDRESS[:PORT]</c>.</summary>
/// <param name="Host">Name that a backend uses.</param>
/// <param name="Port">Port that a backend uses.</param>
/// <param name="Target">Where the connection really goes.</param>
public sealed record ResolveOverride(string Host, int Port, IPEndPoint Target);

/// <summary>A socket that accepts requests.</summary>
/// <param name="Name"><c>namespace/gateway/listener</c>.</param>
/// <param name="Port">Port as bound.</param>
/// <param name="Tls">HTTPS.</param>
public sealed record BoundListener(string Name, int Port, bool Tls);

using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.ExtProc;

/// <summary>Settings of one ext_proc service; configuration comes as a snapshot.</summary>
public sealed record ExtProcHostOptions
{
    /// <summary>Where Envoy connects: <c>host:port</c>, <c>:port</c> on every address, or <c>unix:///path</c>. Port 0 takes a free one.</summary>
    public string Listen { get; init; } = ":1063";

    /// <summary>Port of <c>/metrics</c>, <c>/health</c> and <c>/ready</c>; 0 takes a free one.</summary>
    public int AdminPort { get; init; } = 1064;

    /// <summary>Largest gRPC message from Envoy in bytes; a buffered body comes in one.</summary>
    public int MaxReceiveMessageBytes { get; init; } = int.MaxValue;

    /// <summary>Where each dialect lives.</summary>
    public EndpointPrefixes Prefixes { get; init; } = EndpointPrefixes.Default;

    /// <summary>Exporters; null writes no telemetry.</summary>
    public TelemetryPipeline? Telemetry { get; init; }

    /// <summary>Log of the service itself.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Variables of the process.</summary>
    public Func<string, string?> Environment { get; init; } = static _ => null;

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Bytes of an answer kept for its span, at most.</summary>
    public int CaptureLimit { get; init; } = 1024 * 1024;

    /// <summary>Which streams are recorded; null records none.</summary>
    public RecorderOptions? Record { get; init; }

    /// <summary>Who else takes finished exchanges.</summary>
    public IReadOnlyList<ICompletionSink> Sinks { get; init; } = [];
}

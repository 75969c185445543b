using AiGateway.Contracts;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Telemetry;

namespace AiGateway.ExtProc.Processing;

/// <summary>What every exchange of the process shares.</summary>
internal sealed class Engine(SnapshotHolder snapshots, EndpointCatalog endpoints, Completion completion, GatewayMetrics metrics, ExchangeTracing tracing, HeaderAttributeMap logHeaders, ExtProcHostOptions options)
{
    private volatile bool _configured;

    public EndpointCatalog Endpoints { get; } = endpoints;

    public Completion Completion { get; } = completion;

    public GatewayMetrics Metrics { get; } = metrics;

    public ExchangeTracing Tracing { get; } = tracing;

    /// <summary>Request headers that Envoy's access log shows.</summary>
    public HeaderAttributeMap LogHeaders { get; } = logHeaders;

    public TimeProvider Time { get; } = options.Time;

    /// <summary>Bytes of an answer kept for its span, at most.</summary>
    public int CaptureLimit { get; } = options.CaptureLimit;

    public ExchangeRegistry Registry { get; } = new();

    /// <summary>Whether a configuration has come yet; before that no exchange is taken.</summary>
    public bool IsConfigured => _configured;

    /// <summary>Configuration in force.</summary>
    public RuntimeSnapshot Snapshot => snapshots.Current;

    /// <summary>Exchanges that run, and whether new ones are refused.</summary>
    public DrainState Drain { get; } = new();

    /// <summary>A configuration is in force: exchanges are taken from now on.</summary>
    public void Configured() => _configured = true;

    /// <summary>Step (10): completes an exchange and gives back what it borrowed, or hands it to the span.</summary>
    public UsageRecord Complete(Exchange exchange, PooledBytes? body, ResponseCapture capture)
    {
        var record = Completion.Complete(exchange);
        if (exchange.Backend is { } backend) Metrics.Attempt(backend.Name, record.ErrorCode ?? (record.Status is >= 200 and < 400 ? "ok" : "status"));
        if (!Tracing.Complete(exchange, record, body, capture)) body?.Dispose();
        if (exchange.Scanner is { } scanner) ResponseScannerPool.Return(scanner);
        exchange.Scanner = null;
        return record;
    }

    /// <summary>
    /// The listener that took a request, or most likely did: where Envoy does not tell its port, the host decides, and every listener that serves it has the
    /// same routes unless ports differ.
    /// </summary>
    public static RuntimeListener? Listener(RuntimeSnapshot snapshot, string host, int? port)
    {
        var name = HostPattern.WithoutPort(host);
        if (port is { } known && snapshot.FindListener(known, name) is { } told) return told;
        RuntimeListener? best = null;
        foreach (var listener in snapshot.Listeners)
        {
            if (!HostPattern.Matches(listener.Spec.Hostname, name)) continue;
            if (best is null || HostPattern.Specificity(listener.Spec.Hostname) > HostPattern.Specificity(best.Spec.Hostname)) best = listener;
        }

        return best;
    }
}

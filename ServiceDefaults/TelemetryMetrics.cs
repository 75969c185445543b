using System.Diagnostics.Metrics;

namespace AiGateway.ServiceDefaults;

/// <summary>The pipeline's own instruments, on the meter <see cref="MeterName"/>.</summary>
public sealed class TelemetryMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "AiGateway.Telemetry";

    private readonly Meter _meter = new(MeterName);
    private readonly List<SinkMetrics> _sinks = [];
    private readonly Lock _lock = new();
    private readonly Counter<long> _accessLogDropped;
    private readonly Counter<long> _seriesOverflow;

    internal TelemetryMetrics()
    {
        Dropped = _meter.CreateCounter<long>("aigw.telemetry.items.dropped", description: "Telemetry items that did not reach a sink, by sink, signal and reason.");
        Exported = _meter.CreateCounter<long>("aigw.telemetry.items.exported", description: "Telemetry items that a sink accepted, by sink and signal.");
        Failures = _meter.CreateCounter<long>("aigw.telemetry.export.failures", description: "Export attempts that failed, by sink, signal and status.");
        _accessLogDropped = _meter.CreateCounter<long>("aigw.access_log.entries.dropped", description: "Access log entries that were not written, by reason.");
        _seriesOverflow = _meter.CreateCounter<long>("aigw.metrics.overflow.measurements", description: "Measurements added to an overflow series because the instrument has too many.");
        _meter.CreateObservableGauge("aigw.telemetry.queue.length", QueueLengths, description: "Telemetry items that wait for a sink, by sink and signal.");
    }

    internal Counter<long> Dropped { get; }

    internal Counter<long> Exported { get; }

    internal Counter<long> Failures { get; }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    internal SinkMetrics ForSink(string sink, OtlpSignal signal, Func<int> queueLength)
    {
        var metrics = new SinkMetrics(this, sink, signal.ToString().ToLowerInvariant(), queueLength);
        lock (_lock) _sinks.Add(metrics);
        return metrics;
    }

    internal void Remove(SinkMetrics sink)
    {
        lock (_lock) _sinks.Remove(sink);
    }

    internal void AccessLogDropped(string reason, long count) => _accessLogDropped.Add(count, new KeyValuePair<string, object?>("reason", reason));

    internal void SeriesOverflow(string instrument) => _seriesOverflow.Add(1, new KeyValuePair<string, object?>("instrument", instrument));

    private List<Measurement<long>> QueueLengths()
    {
        lock (_lock) return _sinks.ConvertAll(sink => sink.QueueLength());
    }
}

using System.Diagnostics;
using AiGateway.ServiceDefaults.Metrics;
using AiGateway.ServiceDefaults.Otlp;
using AiGateway.ServiceDefaults.Tracing;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// Traces, metrics and access logs of one host. Create it before the first span or measurement, dispose it after the last request; disposing waits for queued
/// telemetry no longer than <see cref="TelemetryOptions.ShutdownTimeout"/>.
/// </summary>
public sealed class TelemetryPipeline : IAsyncDisposable
{
    private const string AccessLogScope = "aigateway.access_log";

    private readonly TelemetryOptions _options;
    private readonly TelemetryMetrics _metrics = new();
    private readonly List<IOtlpExporter> _exporters = [];
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private TracerProvider? _tracerProvider;
    private MeterProvider? _meterProvider;
    private bool _disposed;

    private TelemetryPipeline(TelemetryOptions options, TelemetrySources sources, ILoggerFactory loggers, Stream output, TimeProvider time)
    {
        _options = options;
        _logger = loggers.CreateLogger<TelemetryPipeline>();
        _time = time;
        Propagator = new TraceContextPropagator(options.Propagators);
        Prometheus = new PrometheusExporter([.. sources.Meters, TelemetryMetrics.MeterName], options.Resource, _metrics, _logger, time);
        AccessLog = new AccessLogPipeline(
            options.Logs.HasFlag(SignalExporters.Console) ? output : null,
            Exporters(OtlpSignal.Logs, options.LogBatch, () => new EncodedLogRecords(options.Resource, AccessLogScope)),
            _metrics,
            _logger,
            time);
    }

    /// <summary>The metrics page; always on.</summary>
    public PrometheusExporter Prometheus { get; }

    /// <summary>Where the engine writes its access log; present even when it goes nowhere.</summary>
    public AccessLogPipeline AccessLog { get; }

    /// <summary>Trace contexts in request headers.</summary>
    public TraceContextPropagator Propagator { get; }

    /// <summary>Starts everything that the options ask for.</summary>
    /// <param name="options">From <see cref="TelemetryOptions.FromEnvironment"/>.</param>
    /// <param name="sources">What to listen to.</param>
    /// <param name="loggers">For the pipeline's own warnings.</param>
    /// <param name="output">Standard output, for console exporters and access logs; null for the process's own.</param>
    /// <param name="time">Clock for time stamps and back-off.</param>
    public static TelemetryPipeline Start(TelemetryOptions options, TelemetrySources sources, ILoggerFactory loggers, Stream? output = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(loggers);
        // Spans, metrics and access logs share the stream; each writes whole lines.
        var shared = Stream.Synchronized(output ?? Console.OpenStandardOutput());
        var pipeline = new TelemetryPipeline(options, sources, loggers, shared, time ?? TimeProvider.System);
        pipeline.StartTraces(sources, shared);
        pipeline.StartMetrics(sources, shared);
        pipeline.Prometheus.Start();
        foreach (var exporter in pipeline._exporters) exporter.Start();
        pipeline.AccessLog.Start();
        return pipeline;
    }

    /// <summary>Waits until everything recorded so far was delivered or dropped; false when the token ended the wait before.</summary>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AccessLog.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        // Collects now instead of at the next interval; only queues, so it does not wait for a sink.
        _meterProvider?.ForceFlush();
        return await FlushExportersAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        using var limit = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        await AccessLog.StopAsync(limit.Token);
        _tracerProvider?.Dispose();
        _meterProvider?.Dispose(); // Collects a last time into the queues.
        await FlushExportersAsync(limit.Token);
        foreach (var exporter in _exporters) await exporter.DisposeAsync();
        Prometheus.Dispose();
        _metrics.Dispose();
    }

    private async Task<bool> FlushExportersAsync(CancellationToken cancellationToken)
    {
        var flushes = Task.WhenAll(_exporters.Select(exporter => exporter.FlushAsync(cancellationToken)));
        await flushes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return flushes.IsCompletedSuccessfully;
    }

    private void StartTraces(TelemetrySources sources, Stream output)
    {
        if (_options.Traces == SignalExporters.None) return;
        var sinks = Exporters(OtlpSignal.Traces, _options.SpanBatch, () => new OtlpSpanEncoder(_options.Resource, _options.SpanLimits));
        var builder = Sdk.CreateTracerProviderBuilder().AddSource([.. sources.Activities]).SetSampler(_options.Sampler.Create());
        if (_options.Traces.HasFlag(SignalExporters.Console)) builder.AddProcessor(new ConsoleSpanProcessor(output));
        if (sinks.Count > 0) builder.AddProcessor(new QueueingSpanProcessor(sinks));
        _tracerProvider = builder.Build();
    }

    private void StartMetrics(TelemetrySources sources, Stream output)
    {
        if (_options.Metrics == SignalExporters.None) return;
        var sinks = Exporters(OtlpSignal.Metrics, BatchOptions.Metrics with { ExportTimeout = _options.MetricTimeout }, () => new EncodedMetrics());
        var builder = Sdk.CreateMeterProviderBuilder().AddMeter([.. sources.Meters, TelemetryMetrics.MeterName]);
        if (_options.Metrics.HasFlag(SignalExporters.Console)) builder.AddReader(Reader(new ConsoleMetricExporter(output)));
        if (sinks.Count > 0) builder.AddReader(Reader(new OtlpMetricExporter(_options.Resource, sinks)));
        _meterProvider = builder.Build();
    }

    private PeriodicExportingMetricReader Reader(BaseExporter<Metric> exporter) =>
        new(exporter, (int)_options.MetricInterval.TotalMilliseconds, (int)_options.MetricTimeout.TotalMilliseconds)
        {
            TemporalityPreference = _options.DeltaMetrics ? MetricReaderTemporalityPreference.Delta : MetricReaderTemporalityPreference.Cumulative,
        };

    private List<OtlpExporter<T>> Exporters<T>(OtlpSignal signal, BatchOptions batch, Func<IOtlpEncoder<T>> encoder)
    {
        var exporters = _options.Targets.Where(target => target.Signal == signal)
            .Select(target => new OtlpExporter<T>(target, batch, encoder(), _metrics, _logger, _time))
            .ToList();
        _exporters.AddRange(exporters);
        return exporters;
    }
}

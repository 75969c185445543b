namespace AiGateway.ServiceDefaults;

/// <summary>Everything the telemetry pipeline is told at start. Built by <see cref="FromEnvironment"/>; a test may build one directly.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Exporters of spans; <see cref="SignalExporters.None"/> creates no spans at all.</summary>
    public SignalExporters Traces { get; init; }

    /// <summary>Exporters of metrics besides the Prometheus page, which is always there.</summary>
    public SignalExporters Metrics { get; init; }

    /// <summary>Exporters of access logs.</summary>
    public SignalExporters Logs { get; init; } = SignalExporters.Console;

    /// <summary>All OTLP targets, of all sinks and signals.</summary>
    public IReadOnlyList<OtlpTarget> Targets { get; init; } = [];

    /// <summary>Resource attributes, sorted by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Resource { get; init; } = [new("service.name", "ai-gateway")];

    /// <summary>Which traces are recorded.</summary>
    public SamplerOptions Sampler { get; init; } = SamplerOptions.Default;

    /// <summary>Limits applied when spans are exported.</summary>
    public SpanLimits SpanLimits { get; init; } = new();

    /// <summary>Queue of spans, for each sink.</summary>
    public BatchOptions SpanBatch { get; init; } = BatchOptions.Spans;

    /// <summary>Queue of access-log records, for each sink.</summary>
    public BatchOptions LogBatch { get; init; } = BatchOptions.Logs;

    /// <summary>How often metrics are collected for console and OTLP.</summary>
    public TimeSpan MetricInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Limit of one metrics export attempt, in addition to the target's own.</summary>
    public TimeSpan MetricTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True: counters and histograms are exported as changes since the last export instead of totals. The Prometheus page always shows totals.</summary>
    public bool DeltaMetrics { get; init; }

    /// <summary>Trace-context formats, in the order in which they are looked for.</summary>
    public IReadOnlyList<string> Propagators { get; init; } = ["tracecontext", "baggage"];

    /// <summary>How long the end of the process waits for queued telemetry.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads the standard <c>OTEL_*</c> variables and <c>AIGW_OTLP_SINKS</c>.</summary>
    /// <param name="get">Value of a variable, null when unset.</param>
    /// <param name="defaults">The host's own identity.</param>
    /// <exception cref="TelemetryOptionsException">With all findings, when any value is unusable.</exception>
    public static TelemetryOptions FromEnvironment(Func<string, string?> get, TelemetryDefaults? defaults = null)
    {
        var reader = new EnvironmentReader(get);
        var options = new TelemetryOptionsReader(reader, defaults ?? new TelemetryDefaults()).Read();
        // A general variable is read once for each signal, and would be reported as often.
        return reader.Errors.Count == 0 ? options : throw new TelemetryOptionsException([.. reader.Errors.Distinct()]);
    }
}

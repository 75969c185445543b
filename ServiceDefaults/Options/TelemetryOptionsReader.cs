using OpenTelemetry;

namespace AiGateway.ServiceDefaults;

/// <summary>The rules by which variables become <see cref="TelemetryOptions"/>. docs/observability.md tells them to operators.</summary>
internal sealed class TelemetryOptionsReader(EnvironmentReader env, TelemetryDefaults defaults)
{
    private static readonly OtlpSignal[] s_signals = [OtlpSignal.Traces, OtlpSignal.Metrics, OtlpSignal.Logs];

    public TelemetryOptions Read()
    {
        var disabled = env.Flag("OTEL_SDK_DISABLED");
        var furtherTargets = new OtlpSinksReader(env).Read();
        var exporters = s_signals.ToDictionary(signal => signal, signal => Exporters(signal, disabled, furtherTargets));
        var targets = s_signals.Where(signal => UsesStandardSink(signal, exporters[signal]))
            .Select(signal => new StandardTargetReader(env).Read(signal)).OfType<OtlpTarget>()
            .Concat(furtherTargets.Where(target => exporters[target.Signal].HasFlag(SignalExporters.Otlp)))
            .ToArray();
        return new TelemetryOptions
        {
            Traces = exporters[OtlpSignal.Traces],
            Metrics = exporters[OtlpSignal.Metrics],
            Logs = exporters[OtlpSignal.Logs],
            Targets = targets,
            Resource = Resource(),
            Sampler = Sampler(),
            SpanLimits = Limits(),
            SpanBatch = Batch("OTEL_BSP", BatchOptions.Spans),
            LogBatch = Batch("OTEL_BLRP", BatchOptions.Logs),
            MetricInterval = env.Milliseconds("OTEL_METRIC_EXPORT_INTERVAL", TimeSpan.FromMinutes(1), 1),
            MetricTimeout = env.Milliseconds("OTEL_METRIC_EXPORT_TIMEOUT", TimeSpan.FromSeconds(30), 1),
            DeltaMetrics = DeltaMetrics(),
            Propagators = Propagators(),
        };
    }

    /// <summary>Variables of one signal, for example <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c>.</summary>
    internal static string SignalName(OtlpSignal signal) => signal.ToString().ToUpperInvariant();

    private SignalExporters Exporters(OtlpSignal signal, bool disabled, List<OtlpTarget> furtherTargets)
    {
        var variable = $"OTEL_{SignalName(signal)}_EXPORTER";
        var chosen = Chosen(signal, variable);
        if (disabled) // Access logs on standard output are not part of the SDK, so they stay.
            return signal == OtlpSignal.Logs && chosen != SignalExporters.None ? SignalExporters.Console : SignalExporters.None;
        if (env.Text(variable) is not null && chosen == SignalExporters.None) return SignalExporters.None;
        if (furtherTargets.Exists(target => target.Signal == signal))
            chosen = (chosen ?? SignalExporters.None) | SignalExporters.Otlp;
        if (chosen is null && HasEndpoint(signal)) chosen = SignalExporters.Otlp;
        return chosen ?? (signal == OtlpSignal.Logs ? SignalExporters.Console : SignalExporters.None);
    }

    /// <summary>What the exporter variable says; null when it is unset. <c>prometheus</c> adds nothing, because the page is always on.</summary>
    private SignalExporters? Chosen(OtlpSignal signal, string variable)
    {
        if (env.Text(variable) is not { } list) return null;
        var allowed = signal == OtlpSignal.Metrics ? "otlp, console, prometheus, none" : "otlp, console, none";
        var chosen = SignalExporters.None;
        foreach (var item in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (item == "otlp") chosen |= SignalExporters.Otlp;
            else if (item == "console") chosen |= SignalExporters.Console;
            else if (item != "none" && !(item == "prometheus" && signal == OtlpSignal.Metrics))
                env.Errors.Add($"unsupported {variable} value \"{item}\" (allowed: {allowed})");
        }

        return chosen;
    }

    private bool HasEndpoint(OtlpSignal signal) =>
        env.First($"OTEL_EXPORTER_OTLP_{SignalName(signal)}_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") is not null;

    /// <summary>With further sinks only, nobody asked for the default localhost address.</summary>
    private bool UsesStandardSink(OtlpSignal signal, SignalExporters exporters)
    {
        if (!exporters.HasFlag(SignalExporters.Otlp)) return false;
        return Chosen(signal, $"OTEL_{SignalName(signal)}_EXPORTER") is { } chosen ? chosen.HasFlag(SignalExporters.Otlp) : HasEndpoint(signal);
    }

    private KeyValuePair<string, string>[] Resource()
    {
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["service.name"] = defaults.ServiceName,
            ["telemetry.sdk.language"] = "dotnet",
            ["telemetry.sdk.name"] = "opentelemetry",
            ["telemetry.sdk.version"] = typeof(Sdk).Assembly.GetName().Version!.ToString(3),
        };
        if (defaults.ServiceVersion is { } version) attributes["service.version"] = version;
        foreach (var (key, value) in defaults.ResourceAttributes) attributes[key] = value;
        if (env.Text("OTEL_RESOURCE_ATTRIBUTES") is { } text)
            foreach (var (key, value) in env.Pairs("OTEL_RESOURCE_ATTRIBUTES", text))
                attributes[key] = value;
        if (env.Text("OTEL_SERVICE_NAME") is { } name) attributes["service.name"] = name;
        return [.. attributes];
    }

    private SamplerOptions Sampler()
    {
        if (env.Text("OTEL_TRACES_SAMPLER") is not { } name) return SamplerOptions.Default;
        if (!SamplerOptions.Names.Contains(name))
        {
            env.Error("OTEL_TRACES_SAMPLER", name, $"is not a sampler; set one of {string.Join(", ", SamplerOptions.Names)}");
            return SamplerOptions.Default;
        }

        // Other samplers take no argument, so whatever stands there is not theirs to judge.
        var ratio = name.EndsWith("traceidratio", StringComparison.Ordinal) ? env.Share("OTEL_TRACES_SAMPLER_ARG") ?? 1 : 1;
        return new SamplerOptions(name, ratio);
    }

    private SpanLimits Limits()
    {
        var fallback = new SpanLimits();
        var attributes = env.OptionalInteger("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 0) ?? env.OptionalInteger("OTEL_ATTRIBUTE_COUNT_LIMIT", 0);
        return new SpanLimits
        {
            AttributeCount = attributes ?? fallback.AttributeCount,
            AttributeValueLength = env.OptionalInteger("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0)
                ?? env.OptionalInteger("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0),
            EventCount = env.Integer("OTEL_SPAN_EVENT_COUNT_LIMIT", fallback.EventCount, 0),
            LinkCount = env.Integer("OTEL_SPAN_LINK_COUNT_LIMIT", fallback.LinkCount, 0),
            EventAttributeCount = env.OptionalInteger("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", 0) ?? attributes ?? fallback.EventAttributeCount,
            LinkAttributeCount = env.Integer("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", fallback.LinkAttributeCount, 0),
        };
    }

    private BatchOptions Batch(string prefix, BatchOptions fallback)
    {
        var queue = env.Integer($"{prefix}_MAX_QUEUE_SIZE", fallback.MaxQueueSize, 1);
        var batch = env.OptionalInteger($"{prefix}_MAX_EXPORT_BATCH_SIZE", 1);
        if (batch > queue)
            env.Error($"{prefix}_MAX_EXPORT_BATCH_SIZE", $"{batch}", $"is more than {prefix}_MAX_QUEUE_SIZE ({queue}); lower it or raise the queue size");
        return new BatchOptions(
            env.Milliseconds($"{prefix}_SCHEDULE_DELAY", fallback.ScheduleDelay, 0),
            queue,
            batch ?? Math.Min(fallback.MaxBatchSize, queue),
            env.Milliseconds($"{prefix}_EXPORT_TIMEOUT", fallback.ExportTimeout, 1));
    }

    private bool DeltaMetrics()
    {
        const string Variable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
        var value = env.Text(Variable)?.ToLowerInvariant();
        if (value is null or "cumulative" or "delta") return value == "delta";
        env.Error(Variable, value, "is not supported; set cumulative or delta");
        return false;
    }

    private string[] Propagators()
    {
        if (env.Text("OTEL_PROPAGATORS") is not { } list) return ["tracecontext", "baggage"];
        var names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();
        foreach (var name in names)
            if (!TraceContextPropagator.Names.Contains(name))
                env.Error("OTEL_PROPAGATORS", name, $"is not a propagator; choose from {string.Join(", ", TraceContextPropagator.Names)}");
        return names.Contains("none") ? [] : names;
    }
}

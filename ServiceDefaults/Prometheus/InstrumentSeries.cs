using System.Diagnostics.Metrics;

namespace AiGateway.ServiceDefaults.Prometheus;

internal enum PrometheusType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one instrument name of one scope, with what the page says about it. Instruments of the same name share it.</summary>
internal sealed class InstrumentSeries
{
    /// <summary>OpenTelemetry's default boundaries, for histograms that advise none.</summary>
    private static readonly double[] s_defaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly KeyValuePair<string, object?>[] _constant;
    private readonly SeriesTable _table;
    private readonly bool _additive;
    private long _collection;

    public InstrumentSeries(Instrument instrument, int seriesLimit, Action<string> overflowed)
    {
        Type = TypeOf(instrument);
        IsObservable = instrument.IsObservable;
        _additive = !instrument.IsObservable && !IsGauge(instrument);
        Name = PrometheusNames.Metric(instrument.Name, instrument.Unit, Type == PrometheusType.Counter);
        Help = string.IsNullOrWhiteSpace(instrument.Description) ? instrument.Name : instrument.Description;
        Bounds = Type == PrometheusType.Histogram ? BoundsOf(instrument) : [];
        _constant = Constant(instrument);
        _table = new SeriesTable(seriesLimit, Create, () => overflowed(Name));
    }

    public string Name { get; }

    public string Help { get; }

    public PrometheusType Type { get; }

    public bool IsObservable { get; }

    public double[] Bounds { get; }

    /// <summary>Live instruments that feed it; guarded by the exporter.</summary>
    public int Instruments { get; set; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags).Record(value);

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags).Record(value);

    /// <summary>Starts a collection of observable values.</summary>
    public void BeginCollection() => _collection++;

    /// <summary>Series to show, in a fixed order.</summary>
    public IEnumerable<Series> Visible() => _table.Snapshot()
        .Where(series => !IsObservable || series.SeenAt == _collection)
        .OrderBy(series => series.Labels, StringComparer.Ordinal);

    private static bool IsGauge(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && (type.GetGenericTypeDefinition() == typeof(Gauge<>) || type.GetGenericTypeDefinition() == typeof(ObservableGauge<>));

    private static PrometheusType TypeOf(Instrument instrument)
    {
        var type = instrument.GetType().IsGenericType ? instrument.GetType().GetGenericTypeDefinition() : null;
        if (type == typeof(Histogram<>)) return PrometheusType.Histogram;
        return type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? PrometheusType.Counter : PrometheusType.Gauge;
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<float> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => s_defaultBounds,
    };

    private static KeyValuePair<string, object?>[] Constant(Instrument instrument)
    {
        var meter = instrument.Meter;
        return
        [
            new("otel_scope_name", meter.Name),
            new("otel_scope_version", meter.Version ?? ""),
            new("otel_scope_schema_url", meter.TelemetrySchemaUrl ?? ""),
            .. (meter.Tags ?? []).Select(tag => new KeyValuePair<string, object?>($"otel_scope_{tag.Key}", tag.Value)),
            .. instrument.Tags ?? [],
        ];
    }

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _table.Get(tags);
        if (IsObservable) series.SeenAt = _collection;
        return series;
    }

    private Series Create(KeyValuePair<string, object?>[] tags)
    {
        var labels = PrometheusLabels.Render(_constant.Concat(tags));
        if (Type == PrometheusType.Histogram) return new HistogramSeries(labels, Bounds);
        return _additive ? new SumSeries(labels) : new LastValueSeries(labels);
    }
}

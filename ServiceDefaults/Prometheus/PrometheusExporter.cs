using System.Diagnostics.Metrics;
using AiGateway.ServiceDefaults.Prometheus;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// Aggregates the measurements of chosen meters and renders them as Prometheus page. Independent of the OpenTelemetry SDK, so the page is there whatever
/// <c>OTEL_*</c> says. Recording to a known series takes no lock and allocates nothing.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>Content type of <see cref="Render"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Series per instrument, as in OpenTelemetry; further attribute sets share the series <c>otel_metric_overflow="true"</c>.</summary>
    public const int DefaultSeriesLimit = 2000;

    private readonly MeterListener _listener = new();
    private readonly Dictionary<InstrumentKey, InstrumentSeries> _instruments = [];
    private readonly Lock _lock = new();
    private readonly Lock _rendering = new();
    private readonly string[] _meters;
    private readonly string _target;
    private readonly int _seriesLimit;
    private readonly TelemetryMetrics? _metrics;
    private readonly ILogger _logger;
    private readonly Throttle _observableFault, _overflow, _conflict;

    internal PrometheusExporter(
        IEnumerable<string> meters,
        IEnumerable<KeyValuePair<string, string>> resource,
        TelemetryMetrics? metrics,
        ILogger logger,
        TimeProvider time,
        int seriesLimit = DefaultSeriesLimit)
    {
        _meters = [.. meters];
        _target = PrometheusLabels.Render(resource.Select(pair => new KeyValuePair<string, object?>(pair.Key, pair.Value)));
        _metrics = metrics;
        _logger = logger;
        _seriesLimit = seriesLimit;
        _observableFault = new Throttle(time);
        _overflow = new Throttle(time);
        _conflict = new Throttle(time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Matches(instrument.Meter.Name)) listener.EnableMeasurementEvents(instrument, Enter(instrument));
        };
        _listener.MeasurementsCompleted = (instrument, state) => Leave(instrument, (InstrumentSeries)state!);
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record((double)value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record((double)value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record((long)value, tags));
    }

    /// <summary>The page. Families are sorted by name, series by labels.</summary>
    public string Render()
    {
        // One page at a time: observable values belong to the collection that asked for them.
        lock (_rendering)
        {
            var instruments = Instruments();
            foreach (var instrument in instruments) instrument.BeginCollection();
            Observe();
            var text = new PrometheusText();
            text.Family("target_info", "Target metadata", PrometheusType.Gauge);
            text.Sample("target_info", _target, 1);
            foreach (var family in instruments.GroupBy(instrument => instrument.Name, StringComparer.Ordinal).OrderBy(family => family.Key, StringComparer.Ordinal))
                Family(text, family);
            return text.ToString();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();

    internal void Start() => _listener.Start();

    private void Family(PrometheusText text, IGrouping<string, InstrumentSeries> family)
    {
        var first = family.First();
        var members = family.Where(member => member.Type == first.Type).ToArray();
        if (members.Length < family.Count() && _conflict.Allows()) TelemetryLog.TypeConflict(_logger, first.Name);
        var series = members.SelectMany(member => member.Visible().Select(one => (member, one))).ToArray();
        if (series.Length == 0) return;
        text.Family(first.Name, first.Help, first.Type);
        foreach (var (member, one) in series) text.Series(member, one);
    }

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
#pragma warning disable CA1031 // Callbacks are foreign code; one that fails must not take the page with it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (_observableFault.Allows()) TelemetryLog.ObservableFault(_logger, fault);
        }
    }

    private InstrumentSeries[] Instruments()
    {
        lock (_lock) return [.. _instruments.OrderBy(pair => pair.Key.Meter, StringComparer.Ordinal).Select(pair => pair.Value)];
    }

    /// <summary>A name may end with <c>*</c>.</summary>
    private bool Matches(string meter) => Array.Exists(_meters, name =>
        name.EndsWith('*') ? meter.StartsWith(name.AsSpan(0, name.Length - 1), StringComparison.Ordinal) : name == meter);

    private InstrumentSeries Enter(Instrument instrument)
    {
        lock (_lock)
        {
            var key = InstrumentKey.Of(instrument);
            if (!_instruments.TryGetValue(key, out var series))
                _instruments.Add(key, series = new InstrumentSeries(instrument, _seriesLimit, Overflowed));
            series.Instruments++;
            return series;
        }
    }

    private void Leave(Instrument instrument, InstrumentSeries series)
    {
        lock (_lock)
            if (--series.Instruments == 0)
                _instruments.Remove(InstrumentKey.Of(instrument));
    }

    private void Overflowed(string name)
    {
        _metrics?.SeriesOverflow(name);
        if (_overflow.Allows()) TelemetryLog.SeriesOverflow(_logger, name, _seriesLimit);
    }

    private sealed record InstrumentKey(string Meter, string? Version, string Name, string? Unit, Type Type)
    {
        public static InstrumentKey Of(Instrument instrument) =>
            new(instrument.Meter.Name, instrument.Meter.Version, instrument.Name, instrument.Unit, instrument.GetType());
    }
}

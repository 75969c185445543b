using AiGateway.ServiceDefaults.Otlp;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AiGateway.ServiceDefaults.Metrics;

/// <summary>Encodes each collection of the SDK once and queues it for every sink; delivery has its own loops.</summary>
internal sealed class OtlpMetricExporter(IReadOnlyList<KeyValuePair<string, string>> resource, IReadOnlyList<OtlpExporter<byte[]>> sinks) : BaseExporter<Metric>
{
    private const uint Delta = 1, Cumulative = 2;
    private readonly ProtobufWriter _writer = new();

    public override ExportResult Export(in Batch<Metric> batch)
    {
        if (batch.Count == 0) return ExportResult.Success;
        var metrics = new List<Metric>((int)batch.Count);
        foreach (var metric in batch) metrics.Add(metric);
        _writer.Clear();
        OtlpValues.Resource(_writer, resource);
        foreach (var scope in metrics.GroupBy(metric => (metric.MeterName, metric.MeterVersion)))
            Scope(scope.Key.MeterName, scope.Key.MeterVersion, scope);
        var collection = _writer.Written.ToArray();
        foreach (var sink in sinks) sink.Add(collection);
        return ExportResult.Success;
    }

    private void Scope(string name, string version, IEnumerable<Metric> metrics)
    {
        var scope = _writer.Begin(2);
        OtlpValues.Scope(_writer, name, version);
        foreach (var metric in metrics) Metric(metric);
        _writer.End(scope);
    }

    private void Metric(Metric metric)
    {
        var start = _writer.Begin(2);
        _writer.Text(1, metric.Name);
        if (!string.IsNullOrEmpty(metric.Description)) _writer.Text(2, metric.Description);
        if (!string.IsNullOrEmpty(metric.Unit)) _writer.Text(3, metric.Unit);
        var data = _writer.Begin(metric.MetricType switch
        {
            MetricType.LongGauge or MetricType.DoubleGauge => 5,
            MetricType.Histogram => 9,
            _ => 7,
        });
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var begun = _writer.Begin(1);
            _writer.Fixed64(2, OtlpValues.UnixNanoseconds(point.StartTime.UtcDateTime));
            _writer.Fixed64(3, OtlpValues.UnixNanoseconds(point.EndTime.UtcDateTime));
            if (metric.MetricType == MetricType.Histogram) Histogram(point);
            else Number(metric.MetricType, point);
            _writer.End(begun);
        }

        if (metric.MetricType is not (MetricType.LongGauge or MetricType.DoubleGauge))
            _writer.Varint(2, metric.Temporality == AggregationTemporality.Delta ? Delta : Cumulative);
        if (metric.MetricType is MetricType.LongSum or MetricType.DoubleSum) _writer.Varint(3, 1);
        _writer.End(data);
        _writer.End(start);
    }

    private void Number(MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic: _writer.Fixed64(6, (ulong)point.GetSumLong()); break;
            case MetricType.LongGauge: _writer.Fixed64(6, (ulong)point.GetGaugeLastValueLong()); break;
            case MetricType.DoubleGauge: _writer.Double(4, point.GetGaugeLastValueDouble()); break;
            default: _writer.Double(4, point.GetSumDouble()); break;
        }

        OtlpValues.Attributes(_writer, 7, point.Attributes(), int.MaxValue);
    }

    private void Histogram(in MetricPoint point)
    {
        _writer.Fixed64(4, (ulong)point.GetHistogramCount());
        _writer.Double(5, point.GetHistogramSum());
        if (point.TryGetHistogramMinMaxValues(out var min, out var max))
        {
            _writer.Double(11, min);
            _writer.Double(12, max);
        }

        // Unpacked repeated fields: decoders take both forms, and nothing needs to be counted first.
        foreach (var bucket in point.GetHistogramBuckets())
        {
            _writer.Fixed64(6, (ulong)bucket.BucketCount);
            if (!double.IsPositiveInfinity(bucket.ExplicitBound)) _writer.Double(7, bucket.ExplicitBound);
        }

        OtlpValues.Attributes(_writer, 9, point.Attributes(), int.MaxValue);
    }
}

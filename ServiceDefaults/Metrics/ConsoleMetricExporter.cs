using System.Buffers;
using System.Text.Json;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AiGateway.ServiceDefaults.Metrics;

/// <summary>One JSON line for each metric of a collection; nothing at all when there is nothing to say.</summary>
internal sealed class ConsoleMetricExporter(Stream output) : BaseExporter<Metric>
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public override ExportResult Export(in Batch<Metric> batch)
    {
        _buffer.ResetWrittenCount();
        foreach (var metric in batch)
        {
            using (var json = new Utf8JsonWriter(_buffer)) Write(json, metric);
            _buffer.Write("\n"u8);
        }

        if (_buffer.WrittenCount == 0) return ExportResult.Success;
        output.Write(_buffer.WrittenSpan);
        output.Flush();
        return ExportResult.Success;
    }

    private static void Write(Utf8JsonWriter json, Metric metric)
    {
        json.WriteStartObject();
        json.WriteString("name", metric.Name);
        json.WriteString("scope", metric.MeterName);
        json.WriteString("unit", metric.Unit);
        json.WriteString("type", metric.MetricType.ToString());
        json.WriteString("temporality", metric.Temporality.ToString());
        json.WriteStartArray("points");
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            json.WriteStartObject();
            json.WriteStartObject("attributes");
            JsonAttributes.Write(json, point.Attributes());
            json.WriteEndObject();
            json.WriteString("start_time", point.StartTime);
            json.WriteString("time", point.EndTime);
            Value(json, metric.MetricType, point);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter json, MetricType type, in MetricPoint point)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic: json.WriteNumber("value", point.GetSumLong()); break;
            case MetricType.LongGauge: json.WriteNumber("value", point.GetGaugeLastValueLong()); break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic: Number(json, "value", point.GetSumDouble()); break;
            case MetricType.DoubleGauge: Number(json, "value", point.GetGaugeLastValueDouble()); break;
            default:
                json.WriteNumber("count", point.GetHistogramCount());
                Number(json, "sum", point.GetHistogramSum());
                Buckets(json, point);
                break;
        }
    }

    private static void Buckets(Utf8JsonWriter json, in MetricPoint point)
    {
        json.WriteStartArray("buckets");
        foreach (var bucket in point.GetHistogramBuckets())
        {
            json.WriteStartObject();
            Number(json, "le", bucket.ExplicitBound);
            json.WriteNumber("count", bucket.BucketCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteString(name, double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    }
}

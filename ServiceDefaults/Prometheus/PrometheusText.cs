using System.Globalization;
using System.Text;

namespace AiGateway.ServiceDefaults.Prometheus;

/// <summary>The text exposition format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    public void Family(string name, string help, PrometheusType type)
    {
        _text.Append("# HELP ").Append(name).Append(' ');
        // In help text quotes stay as they are.
        _text.Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type switch
        {
            PrometheusType.Counter => "counter",
            PrometheusType.Histogram => "histogram",
            _ => "gauge",
        }).Append('\n');
    }

    public void Sample(string name, string labels, double value) => Line(name, labels, Number(value));

    public void Series(InstrumentSeries instrument, Series series)
    {
        switch (series)
        {
            case HistogramSeries histogram: Histogram(instrument, histogram); break;
            case LastValueSeries last: Line(instrument.Name, last.Labels, Number(last.Value)); break;
            case SumSeries { Fraction: 0 } sum: Line(instrument.Name, sum.Labels, sum.Whole.ToString(CultureInfo.InvariantCulture)); break;
            case SumSeries sum: Line(instrument.Name, sum.Labels, Number(sum.Whole + sum.Fraction)); break;
        }
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Histogram(InstrumentSeries instrument, HistogramSeries series)
    {
        var total = 0L;
        for (var bucket = 0; bucket <= instrument.Bounds.Length; bucket++)
        {
            total += series.Count(bucket);
            var bound = bucket < instrument.Bounds.Length ? Number(instrument.Bounds[bucket]) : "+Inf";
            Line($"{instrument.Name}_bucket", $"{series.Labels},le=\"{bound}\"", total.ToString(CultureInfo.InvariantCulture));
        }

        Line($"{instrument.Name}_sum", series.Labels, Number(series.Sum));
        Line($"{instrument.Name}_count", series.Labels, total.ToString(CultureInfo.InvariantCulture));
    }

    private void Line(string name, string labels, string value)
    {
        _text.Append(name);
        if (labels.Length > 0) _text.Append('{').Append(labels).Append('}');
        _text.Append(' ').Append(value).Append('\n');
    }
}

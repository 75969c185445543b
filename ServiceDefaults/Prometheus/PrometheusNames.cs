using System.Text;

namespace AiGateway.ServiceDefaults.Prometheus;

/// <summary>OpenTelemetry names as Prometheus names: dots to underscores, unit suffix for known units only, <c>_total</c> for counters.</summary>
internal static class PrometheusNames
{
    /// <summary>Units with a Prometheus word. Others (<c>token</c>, <c>{request}</c>) add nothing: dashboards know the metrics without.</summary>
    private static string? UnitWord(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        _ => null,
    };

    public static string Metric(string name, string? unit, bool isCounter)
    {
        var result = Sanitize(name, allowColon: true);
        if (isCounter && result.EndsWith("_total", StringComparison.Ordinal)) result = result[..^6];
        if (UnitWord(unit) is { } word && !result.EndsWith($"_{word}", StringComparison.Ordinal)) result = $"{result}_{word}";
        return isCounter ? $"{result}_total" : result;
    }

    public static string Label(string name) => Sanitize(name, allowColon: false);

    private static string Sanitize(string name, bool allowColon)
    {
        var result = new StringBuilder(name.Length + 1);
        foreach (var character in name)
        {
            var valid = char.IsAsciiLetterOrDigit(character) || character == '_' || (allowColon && character == ':');
            if (result.Length == 0 && char.IsAsciiDigit(character)) result.Append('_');
            if (valid) result.Append(character);
            else if (result.Length == 0 || result[^1] != '_') result.Append('_');
        }

        return result.Length == 0 ? "_" : result.ToString();
    }
}

using System.Globalization;
using System.Text;

namespace AiGateway.ServiceDefaults.Prometheus;

/// <summary>Renders a label set once, when its series is created: sorted, escaped, without the braces.</summary>
internal static class PrometheusLabels
{
    public static string Render(IEnumerable<KeyValuePair<string, object?>> labels)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels)
        {
            var name = PrometheusNames.Label(key);
            var text = Text(value);
            // Two attributes may end with the same label name ("a.b" and "a_b"); OpenTelemetry joins their values.
            merged[name] = merged.TryGetValue(name, out var other) ? $"{other};{text}" : text;
        }

        var result = new StringBuilder();
        foreach (var (name, value) in merged)
        {
            if (result.Length > 0) result.Append(',');
            result.Append(name).Append("=\"");
            Escape(result, value);
            result.Append('"');
        }

        return result.ToString();
    }

    public static void Escape(StringBuilder result, string value)
    {
        foreach (var character in value)
        {
            switch (character)
            {
                case '\\': result.Append(@"\\"); break;
                case '"': result.Append("\\\""); break;
                case '\n': result.Append(@"\n"); break;
                default: result.Append(character); break;
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}

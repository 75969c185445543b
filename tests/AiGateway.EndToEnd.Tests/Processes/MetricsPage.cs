using System.Globalization;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>Reads a Prometheus page.</summary>
internal static class MetricsPage
{
    /// <summary>Sum over all series of one metric whose labels contain every given text; 0 when there is none.</summary>
    public static double Sum(string page, string name, params string[] labels) =>
        page.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is '{' or ' ' && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}

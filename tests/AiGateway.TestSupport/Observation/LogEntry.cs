using Microsoft.Extensions.Logging;

namespace AiGateway.TestSupport.Observation;

/// <param name="Category">Name of the logger.</param>
/// <param name="Level">Severity.</param>
/// <param name="EventId">As generated.</param>
/// <param name="Message">Formatted text.</param>
/// <param name="Properties">Structured values, template included.</param>
/// <param name="Exception">As logged.</param>
public sealed record LogEntry(
    string Category,
    LogLevel Level,
    EventId EventId,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Properties,
    Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}[{EventId.Id}] {Message}{(Exception is null ? "" : $"\n{Exception}")}";

    /// <summary>Message, every value and the whole exception, for scans.</summary>
    public string EverythingAsText() =>
        $"{this}\n{string.Join("\n", Properties.Select(property => $"{property.Key}={property.Value}"))}";
}

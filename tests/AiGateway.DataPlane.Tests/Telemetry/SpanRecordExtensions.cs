using System.Diagnostics;
using AiGateway.DataPlane.Telemetry;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.DataPlane.Tests.Telemetry;

/// <summary>Span records in the form of the comparison, checking on the way that they hold only what an exporter can write.</summary>
internal static class SpanRecordExtensions
{
    public static OtlpSpan ToOtlp(this SpanRecord record) => new(
        record.Name,
        $"SPAN_KIND_{record.Kind.ToString().ToUpperInvariant()}",
        Attributes(record.Attributes),
        [.. record.Events.Select(e => new OtlpEvent(e.Name, Attributes(e.Attributes)))],
        record.Status switch { ActivityStatusCode.Ok => "STATUS_CODE_OK", ActivityStatusCode.Error => "STATUS_CODE_ERROR", _ => "STATUS_CODE_UNSET" },
        record.StatusDescription);

    /// <summary>The attribute's value; null when it is missing.</summary>
    public static object? Value(this SpanRecord record, string key) => record.Attributes.Where(attribute => attribute.Key == key).Select(attribute => attribute.Value).SingleOrDefault();

    private static Dictionary<string, object> Attributes(IReadOnlyList<KeyValuePair<string, object>> attributes)
        => attributes.ToDictionary(attribute => attribute.Key, attribute => Value(attribute.Value), StringComparer.Ordinal);

    private static object Value(object value) => value switch
    {
        string or bool or long or double => value,
        double[] vector => vector.Cast<object>().ToArray(),
        string[] list => list.Cast<object>().ToArray(),
        _ => throw new InvalidOperationException($"An exporter would write {value.GetType()} as text."),
    };
}

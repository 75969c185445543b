using OpenTelemetry.Metrics;

namespace AiGateway.ServiceDefaults.Metrics;

/// <summary>The attributes of a point as a sequence, which the SDK's own collection is not.</summary>
internal static class MetricPointTags
{
    public static IEnumerable<KeyValuePair<string, object?>> Attributes(this MetricPoint point)
    {
        foreach (var tag in point.Tags) yield return tag;
    }
}

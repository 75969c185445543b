using System.Text.Json;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>Reads OTLP JSON.</summary>
internal static class Otlp
{
    /// <summary>A text attribute of a span, data point or log record; null when it has none of that name.</summary>
    public static string? Attribute(JsonElement owner, string key)
    {
        if (!owner.TryGetProperty("attributes", out var attributes)) return null;
        foreach (var attribute in attributes.EnumerateArray())
        {
            if (attribute.GetProperty("key").GetString() != key) continue;
            var value = attribute.GetProperty("value");
            return value.TryGetProperty("stringValue", out var text) ? text.GetString() : value.EnumerateObject().First().Value.ToString();
        }

        return null;
    }

    /// <summary>A member's text, empty when it is left out.</summary>
    public static string Member(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.ToString() : "";
}

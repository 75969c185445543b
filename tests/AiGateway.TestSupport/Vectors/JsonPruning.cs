using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.TestSupport.Vectors;

/// <summary>Comparison of JSON by value, without members that say nothing.</summary>
public static class JsonPruning
{
    /// <summary>The text as JSON, when it is an object or a list.</summary>
    public static JsonNode? TryParse(string text)
    {
        if (!text.StartsWith('{') && !text.StartsWith('[')) return null;
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 256 });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Drops members that are null, empty, zero or false, from the inside out. Elements of lists stay in their places.</summary>
    public static JsonNode? Prune(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject source:
                var result = new JsonObject();
                foreach (var (name, value) in source)
                {
                    var pruned = Prune(value);
                    if (!SaysNothing(pruned)) result[name] = pruned;
                }

                return result;
            case JsonArray source:
                return new JsonArray([.. source.Select(Prune)]);
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Equality by value; 1 equals 1.0.</summary>
    public static bool AreEqual(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (null, null) => true,
        (JsonObject a, JsonObject b) => a.Count == b.Count && a.All(member => b.TryGetPropertyValue(member.Key, out var other) && AreEqual(member.Value, other)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(items => AreEqual(items.First, items.Second)),
        (JsonValue a, JsonValue b) when IsNumber(a) && IsNumber(b) => a.ToJsonString() == b.ToJsonString() || Number(a) == Number(b),
        (JsonValue a, JsonValue b) => a.GetValueKind() == b.GetValueKind() && JsonNode.DeepEquals(a, b),
        _ => false,
    };

    /// <summary>The parts of the whole that the pattern has too; lists keep their length.</summary>
    public static JsonNode? Project(JsonNode? whole, JsonNode? pattern)
    {
        switch (whole, pattern)
        {
            case (JsonObject source, JsonObject wanted):
                var result = new JsonObject();
                foreach (var (name, value) in source)
                {
                    if (wanted.TryGetPropertyValue(name, out var inner)) result[name] = Project(value, inner);
                }

                return result;
            case (JsonArray source, JsonArray wanted) when source.Count == wanted.Count:
                return new JsonArray([.. source.Zip(wanted).Select(items => Project(items.First, items.Second))]);
            default:
                return whole?.DeepClone();
        }
    }

    private static bool SaysNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonObject source => source.Count == 0,
        JsonArray source => source.Count == 0,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            JsonValueKind.Number => Number(value) == 0,
            JsonValueKind.False => true,
            _ => false,
        },
        _ => false,
    };

    private static bool IsNumber(JsonValue value) => value.GetValueKind() == JsonValueKind.Number;

    private static double Number(JsonValue value) => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}

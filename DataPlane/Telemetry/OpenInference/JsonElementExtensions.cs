using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>Reading of members that may be missing or of another kind than documented; then the answer is null.</summary>
internal static class JsonElementExtensions
{
    /// <summary>The member; null when absent or JSON null.</summary>
    public static JsonElement? Get(this JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string member, empty ones included.</summary>
    public static string? String(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A string member that is not empty.</summary>
    public static string? Text(this JsonElement element, string name) => element.String(name) is { Length: > 0 } value ? value : null;

    /// <summary>A whole number; 3.0 counts as 3.</summary>
    public static long? Long(this JsonElement element, string name)
    {
        if (element.Get(name) is not { ValueKind: JsonValueKind.Number } value) return null;
        if (value.TryGetInt64(out var whole)) return whole;
        return value.TryGetDouble(out var number) && number % 1 == 0 && Math.Abs(number) < 9e15 ? (long)number : null;
    }

    /// <summary>A finite number.</summary>
    public static double? Double(this JsonElement element, string name)
        => element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A boolean member.</summary>
    public static bool? Bool(this JsonElement element, string name) => element.Get(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => null,
    };

    /// <summary>An object member.</summary>
    public static JsonElement? Object(this JsonElement element, string name) => element.Get(name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    /// <summary>The elements of an array member; none when it is missing.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name)
        => element.Get(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

    /// <summary>The members of an object member; none when it is missing.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element, string name)
        => element.Object(name) is { } value ? value.EnumerateObject() : [];

    /// <summary>The text of a string, the raw JSON of anything else.</summary>
    public static string TextOrJson(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
}

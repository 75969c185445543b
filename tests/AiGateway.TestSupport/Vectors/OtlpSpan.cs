using System.Globalization;
using System.Text.Json;

namespace AiGateway.TestSupport.Vectors;

/// <summary>A span as OTLP/JSON has it, without ids and times.</summary>
/// <param name="Name">Span name.</param>
/// <param name="Kind"><c>SPAN_KIND_INTERNAL</c> and so on.</param>
/// <param name="Attributes">Values are <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/> or <c>object[]</c> of these.</param>
/// <param name="Events">In the order of the span.</param>
/// <param name="Status"><c>STATUS_CODE_OK</c> and so on.</param>
/// <param name="StatusDescription">Of an error.</param>
public sealed record OtlpSpan(string Name, string Kind, IReadOnlyDictionary<string, object> Attributes, IReadOnlyList<OtlpEvent> Events, string Status, string? StatusDescription)
{
    private static readonly string[] s_kinds = ["SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"];
    private static readonly string[] s_statuses = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    /// <summary>Reads one span object; enumerations may be names or numbers, as exporters differ.</summary>
    public static OtlpSpan Parse(JsonElement span)
    {
        var status = span.TryGetProperty("status", out var given) ? given : default;
        return new OtlpSpan(
            span.GetProperty("name").GetString()!,
            span.TryGetProperty("kind", out var kind) ? Enumeration(kind, s_kinds) : s_kinds[0],
            ParseAttributes(span),
            span.TryGetProperty("events", out var events) ? [.. events.EnumerateArray().Select(e => new OtlpEvent(e.GetProperty("name").GetString()!, ParseAttributes(e)))] : [],
            status.ValueKind == JsonValueKind.Object && status.TryGetProperty("code", out var code) ? Enumeration(code, s_statuses) : s_statuses[0],
            status.ValueKind == JsonValueKind.Object && status.TryGetProperty("message", out var message) ? message.GetString() : null);
    }

    /// <summary>Reads every span of an OTLP/JSON export (one line of a collector's file).</summary>
    public static IReadOnlyList<OtlpSpan> ParseExport(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.GetProperty("resourceSpans").EnumerateArray()
                .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray())
                .SelectMany(scope => scope.GetProperty("spans").EnumerateArray())
                .Select(Parse),
        ];
    }

    private static string Enumeration(JsonElement value, string[] names)
        => value.ValueKind == JsonValueKind.Number ? names[value.GetInt32()] : value.GetString()!;

    private static Dictionary<string, object> ParseAttributes(JsonElement owner)
    {
        var attributes = new Dictionary<string, object>(StringComparer.Ordinal);
        if (!owner.TryGetProperty("attributes", out var list)) return attributes;
        foreach (var attribute in list.EnumerateArray()) attributes.Add(attribute.GetProperty("key").GetString()!, ParseValue(attribute.GetProperty("value")));
        return attributes;
    }

    private static object ParseValue(JsonElement value)
    {
        var member = value.EnumerateObject().Single();
        return member.Name switch
        {
            "stringValue" => member.Value.GetString()!,
            "boolValue" => member.Value.GetBoolean(),
            "intValue" => member.Value.ValueKind == JsonValueKind.String ? long.Parse(member.Value.GetString()!, CultureInfo.InvariantCulture) : member.Value.GetInt64(),
            "doubleValue" => member.Value.GetDouble(),
            "arrayValue" => member.Value.TryGetProperty("values", out var values) ? values.EnumerateArray().Select(ParseValue).ToArray() : Array.Empty<object>(),
            _ => throw new InvalidDataException($"A span attribute cannot be a {member.Name}."),
        };
    }
}

/// <summary>One event of a span.</summary>
/// <param name="Name">Event name.</param>
/// <param name="Attributes">As on spans.</param>
public sealed record OtlpEvent(string Name, IReadOnlyDictionary<string, object> Attributes);

using System.Text.Json;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Phoenix;

/// <summary>A span as Phoenix gives it back.</summary>
internal sealed class PhoenixSpan(JsonElement span)
{
    public string Kind => span.GetProperty("span_kind").GetString()!;

    public string? ParentId => span.GetProperty("parent_id").GetString();

    public string TraceId => span.GetProperty("context").GetProperty("trace_id").GetString()!;

    /// <summary>Every key and text of the span, as stored.</summary>
    public string Raw => span.GetRawText();

    /// <summary>A text attribute; null when there is none.</summary>
    public string? Text(string key) => span.GetProperty("attributes").TryGetProperty(key, out var value) ? value.ToString() : null;

    /// <summary>In the form that the reference's spans have. Phoenix keeps the kind beside the attributes and does not keep OpenTelemetry's kind.</summary>
    public OtlpSpan ToOtlp()
    {
        var attributes = Attributes(span);
        attributes["openinference.span.kind"] = Kind;
        var events = span.GetProperty("events").EnumerateArray().Select(e => new OtlpEvent(e.GetProperty("name").GetString()!, Attributes(e)));
        return new OtlpSpan(
            span.GetProperty("name").GetString()!, "SPAN_KIND_INTERNAL", attributes, [.. events],
            $"STATUS_CODE_{span.GetProperty("status_code").GetString()}", span.GetProperty("status_message").GetString());
    }

    private static Dictionary<string, object> Attributes(JsonElement owner) =>
        owner.GetProperty("attributes").EnumerateObject().ToDictionary(attribute => attribute.Name, attribute => Value(attribute.Value));

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number ? item.GetDouble() : Value(item)).ToArray(),
        _ => value.GetRawText(),
    };
}

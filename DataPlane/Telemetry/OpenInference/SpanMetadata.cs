using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>The members of the one JSON object <c>metadata</c>. A later member replaces an earlier one of the same name.</summary>
internal sealed class SpanMetadata
{
    private readonly Dictionary<string, Action<Utf8JsonWriter>> _members = new(StringComparer.Ordinal);

    /// <summary>Adds a text.</summary>
    public void Add(string name, string value) => _members[name] = writer => writer.WriteStringValue(JsonRepair.Text(value));

    /// <summary>Adds a count.</summary>
    public void Add(string name, long value) => _members[name] = writer => writer.WriteNumberValue(value);

    /// <summary>Adds a truth value.</summary>
    public void Add(string name, bool value) => _members[name] = writer => writer.WriteBooleanValue(value);

    /// <summary>Adds a value of a body as it stands there.</summary>
    public void Add(string name, JsonElement value)
    {
        var json = value.GetRawText();
        _members[name] = writer => writer.WriteRawValue(json, skipInputValidation: true);
    }

    /// <summary>The object; null when it has no member.</summary>
    public string? ToJson() => _members.Count == 0 ? null : JsonText.Object(writer =>
    {
        foreach (var (name, write) in _members)
        {
            writer.WritePropertyName(name);
            write(writer);
        }
    });
}

using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>Audio and image streams: the final event tells everything. Of a stream that ended early, the text so far.</summary>
internal sealed class FinalEventFold(int limit) : StreamFold(limit)
{
    private readonly StringBuilder _text = new();
    private JsonElement? _final;

    /// <inheritdoc/>
    public override bool TryWrite(Utf8JsonWriter writer)
    {
        if (_final is { } final)
        {
            final.WriteTo(writer);
            return true;
        }

        if (_text.Length == 0) return false;
        writer.WriteStartObject();
        writer.WriteString("text", _text.ToString());
        writer.WriteEndObject();
        return true;
    }

    /// <inheritdoc/>
    protected override void Add(string? eventName, JsonElement data)
    {
        var type = data.String("type") ?? eventName ?? "";
        if (type.EndsWith(".done", StringComparison.Ordinal) || type.EndsWith(".completed", StringComparison.Ordinal)) _final = data.Clone();
        else if (type == "transcript.text.delta") Budget.Append(_text, data.String("delta") ?? "");
    }
}

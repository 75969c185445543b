using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>Responses events: the response of the final event; of a stream that ended early, the created response and the items that were finished.</summary>
internal sealed class ResponsesFold(int limit) : StreamFold(limit)
{
    private readonly SortedDictionary<long, JsonElement> _items = [];
    private JsonElement? _created;
    private JsonElement? _final;

    /// <inheritdoc/>
    public override bool TryWrite(Utf8JsonWriter writer)
    {
        if (_final is { } final)
        {
            final.WriteTo(writer);
            return true;
        }

        if (_created is null && _items.Count == 0) return false;
        writer.WriteStartObject();
        if (_created is { } created)
        {
            foreach (var member in created.EnumerateObject().Where(member => member.Name != "output")) writer.WriteRaw(member.Name, member.Value);
        }

        writer.WriteStartArray("output");
        foreach (var item in _items.Values) item.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
        return true;
    }

    /// <inheritdoc/>
    protected override void Add(string? eventName, JsonElement data)
    {
        var response = data.Object("response");
        switch (data.String("type") ?? eventName)
        {
            case "response.completed" or "response.incomplete" or "response.failed" when response is { } final:
                _final = final.Clone();
                break;
            case "response.created" or "response.in_progress" or "response.queued" when response is { } created:
                _created = created.Clone();
                break;
            case "response.output_item.done" when data.Object("item") is { } item:
                if (Budget.TryTake(item.GetRawText().Length)) _items[data.Long("output_index") ?? _items.Count] = item.Clone();
                break;
        }
    }
}

using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference.Folding;

/// <summary>
/// One JSON object that grows out of deltas: chosen strings are concatenated, chosen lists extended, chosen objects folded in their turn, of everything
/// else the last value that is not null stays. Members keep the order in which they appeared.
/// </summary>
internal sealed class FoldedObject(FoldBudget budget)
{
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly List<(string Name, object Value)> _members = [];

    /// <summary>Whether nothing was folded in.</summary>
    public bool IsEmpty => _members.Count == 0;

    /// <summary>The text concatenated so far under a name.</summary>
    public string? Text(string name) => Find(name) is StringBuilder text ? text.ToString() : null;

    /// <summary>Appends to a string; empty pieces make the member exist.</summary>
    public void Concatenate(string name, string piece)
    {
        if (Find(name) is not StringBuilder text) Store(name, text = new StringBuilder());
        budget.Append(text, piece);
    }

    /// <summary>Adds the elements of a list.</summary>
    public void Extend(string name, JsonElement list)
    {
        if (Find(name) is not List<JsonElement> items) Store(name, items = []);
        foreach (var item in list.EnumerateArray())
        {
            if (budget.TryTake(item.GetRawText().Length)) items.Add(item.Clone());
        }
    }

    /// <summary>Keeps a value unless it is null, replacing an older one.</summary>
    public void Replace(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Null || !_positions.ContainsKey(name)) Store(name, value.Clone());
    }

    /// <summary>The object folded under a name.</summary>
    public FoldedObject Child(string name)
    {
        if (Find(name) is not FoldedObject child) Store(name, child = new FoldedObject(budget));
        return child;
    }

    /// <summary>The list of objects folded under a name, by their own index.</summary>
    public FoldedObject Child(string name, int index)
    {
        if (Find(name) is not SortedDictionary<int, FoldedObject> list) Store(name, list = []);
        if (!list.TryGetValue(index, out var child)) list[index] = child = new FoldedObject(budget);
        return child;
    }

    /// <summary>Sets a fixed value.</summary>
    public void Set(string name, string value) => Store(name, value);

    /// <summary>Sets a fixed number.</summary>
    public void Set(string name, int value) => Store(name, value);

    /// <summary>Writes the object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in _members)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case StringBuilder text: writer.WriteStringValue(text.ToString()); break;
            case string text: writer.WriteStringValue(text); break;
            case int number: writer.WriteNumberValue(number); break;
            case JsonElement element: element.WriteTo(writer); break;
            case FoldedObject child: child.WriteTo(writer); break;
            case List<JsonElement> items:
                writer.WriteStartArray();
                foreach (var item in items) item.WriteTo(writer);
                writer.WriteEndArray();
                break;
            case SortedDictionary<int, FoldedObject> list:
                writer.WriteStartArray();
                foreach (var item in list.Values) item.WriteTo(writer);
                writer.WriteEndArray();
                break;
            default: throw new InvalidOperationException($"A folded member cannot be a {value.GetType().Name}.");
        }
    }

    private object? Find(string name) => _positions.TryGetValue(name, out var position) ? _members[position].Value : null;

    private void Store(string name, object value)
    {
        if (_positions.TryGetValue(name, out var position))
        {
            _members[position] = (name, value);
            return;
        }

        _positions[name] = _members.Count;
        _members.Add((name, value));
    }
}

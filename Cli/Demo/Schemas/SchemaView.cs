using System.Text.Json;

namespace AiGateway.Cli.Demo.Schemas;

/// <summary>
/// A schema with its references followed and its alternatives chosen: the list of schema objects that a value must satisfy together.
/// Of <c>anyOf</c> and <c>oneOf</c> the first alternative is taken that is not just <c>null</c>.
/// </summary>
internal sealed class SchemaView
{
    private const int MostFragments = 64;

    private readonly JsonElement _root;
    private readonly List<JsonElement> _fragments = [];
    private readonly bool _nullable;

    private SchemaView(JsonElement root, JsonElement schema)
    {
        _root = root;
        Add(schema, ref _nullable);
    }

    /// <summary>The view of <paramref name="schema"/> whose references point into <paramref name="root"/>.</summary>
    public static SchemaView Of(JsonElement root, JsonElement schema) => new(root, schema);

    /// <summary>A value the schema names itself: <c>const</c> or a member of <c>enum</c>.</summary>
    public bool TryFixed(int index, out JsonElement value)
    {
        if (Find("const") is { } constant)
        {
            value = constant;
            return true;
        }

        if (Find("enum") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0)
        {
            value = choices[index % choices.GetArrayLength()];
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The type to produce; guessed from other keywords when the schema does not say.</summary>
    public string Type(bool preferNull)
    {
        if (preferNull && _nullable)
            return "null";
        if (Find("type") is { } type)
        {
            var names = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(static name => name.GetString()!)] : new[] { type.GetString()! };
            return preferNull && names.Contains("null") ? "null" : names.FirstOrDefault(static name => name != "null") ?? "null";
        }

        if (Find("properties") is not null || Find("required") is not null)
            return "object";
        if (Find("items") is not null || Find("prefixItems") is not null)
            return "array";
        return Find("minimum") is not null || Find("maximum") is not null || Find("multipleOf") is not null ? "number" : "string";
    }

    /// <summary>Declared members in order, each with everything that is demanded of it.</summary>
    public IEnumerable<(string Name, SchemaView Schema)> Properties()
    {
        HashSet<string> seen = [];
        foreach (var properties in FindAll("properties", JsonValueKind.Object))
        {
            foreach (var property in properties.EnumerateObject().Where(property => seen.Add(property.Name)))
                yield return (property.Name, Of(_root, property.Value));
        }
    }

    /// <summary>Whether a member is declared.</summary>
    public bool Declares(string name) => FindAll("properties", JsonValueKind.Object).Any(properties => properties.TryGetProperty(name, out _));

    /// <summary>Members that must be there.</summary>
    public HashSet<string> Required() => [.. FindAll("required", JsonValueKind.Array).SelectMany(static names => names.EnumerateArray()).Select(static name => name.GetString()!)];

    /// <summary>Schema of array entries, or null.</summary>
    public SchemaView? Items() => Find("items") is { ValueKind: JsonValueKind.Object } items ? Of(_root, items) : null;

    /// <summary>Schemas of the first array entries.</summary>
    public IReadOnlyList<SchemaView> PrefixItems() =>
        Find("prefixItems") is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray().Select(item => Of(_root, item))] : [];

    /// <summary>A text keyword.</summary>
    public string? Word(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A count keyword.</summary>
    public int? Whole(string name) => Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>The value of a numeric keyword in every part of the schema that has it.</summary>
    public IEnumerable<decimal> Numbers(string name) =>
        FindAll(name, JsonValueKind.Number).Where(static value => value.TryGetDecimal(out _)).Select(static value => value.GetDecimal());

    private JsonElement? Find(string name)
    {
        foreach (var fragment in _fragments)
        {
            if (fragment.TryGetProperty(name, out var value))
                return value;
        }

        return null;
    }

    private IEnumerable<JsonElement> FindAll(string name, JsonValueKind kind)
    {
        foreach (var fragment in _fragments)
        {
            if (fragment.TryGetProperty(name, out var value) && value.ValueKind == kind)
                yield return value;
        }
    }

    private void Add(JsonElement schema, ref bool nullable)
    {
        // true, false and circular references add no demands that could be met.
        if (schema.ValueKind != JsonValueKind.Object || _fragments.Count >= MostFragments)
            return;
        _fragments.Add(schema);
        if (schema.TryGetProperty("$ref", out var reference) && Resolve(reference) is { } target)
            Add(target, ref nullable);
        if (schema.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in all.EnumerateArray())
                Add(part, ref nullable);
        }

        foreach (var keyword in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (!schema.TryGetProperty(keyword, out var alternatives) || alternatives.ValueKind != JsonValueKind.Array || alternatives.GetArrayLength() == 0)
                continue;
            nullable |= alternatives.EnumerateArray().Any(IsNull);
            var chosen = alternatives.EnumerateArray().FirstOrDefault(static alternative => !IsNull(alternative));
            Add(chosen.ValueKind == JsonValueKind.Undefined ? alternatives[0] : chosen, ref nullable);
        }
    }

    private static bool IsNull(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueEquals("null"u8);

    private JsonElement? Resolve(JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String || reference.GetString() is not ['#', .. var pointer])
            return null;
        var at = _root;
        foreach (var step in pointer.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < at.GetArrayLength())
                at = at[index];
            else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return null;
        }

        return at;
    }
}

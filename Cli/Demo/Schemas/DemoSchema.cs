using System.Text.Json;
using AiGateway.Cli.Demo.Wire;

namespace AiGateway.Cli.Demo.Schemas;

/// <summary>
/// Makes a value that satisfies a JSON schema: the keywords of structured outputs and tool definitions (types, enum, const, properties, items, bounds, formats,
/// patterns, <c>$ref</c>, <c>allOf</c>, <c>anyOf</c>, <c>oneOf</c>). Optional members are filled in too, so that an answer shows what a tool takes.
/// </summary>
internal static class DemoSchema
{
    // Optional members end here; a recursive schema whose recursion is optional or nullable thus ends as well.
    private const int OptionalDepth = 3;

    // A schema that recurses through required members has no finite value; null is as good as anything then.
    private const int GreatestDepth = 24;

    /// <summary>JSON text of a value for <paramref name="schema"/>.</summary>
    public static string Sample(JsonElement schema) => DemoJson.Text(json => Write(json, SchemaView.Of(schema, schema), "value", index: 0, depth: 0));

    /// <summary>JSON text of a tool's arguments: always an object, also when the tool has no schema.</summary>
    public static string SampleArguments(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
            return "{}";
        var view = SchemaView.Of(schema, schema);
        return DemoJson.Text(json => WriteObject(json, view, depth: 0));
    }

    private static void Write(Utf8JsonWriter json, SchemaView schema, string name, int index, int depth)
    {
        if (depth > GreatestDepth)
        {
            json.WriteNullValue();
            return;
        }

        if (schema.TryFixed(index, out var value))
        {
            value.WriteTo(json);
            return;
        }

        switch (schema.Type(preferNull: depth > OptionalDepth))
        {
            case "object":
                WriteObject(json, schema, depth);
                break;
            case "array":
                WriteArray(json, schema, name, depth);
                break;
            case "integer":
                json.WriteNumberValue(SampleNumbers.Integer(schema, index));
                break;
            case "number":
                json.WriteNumberValue(SampleNumbers.Number(schema, index));
                break;
            case "boolean":
                json.WriteBooleanValue(index % 2 == 0);
                break;
            case "null":
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(SampleTexts.For(schema, name, index));
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, SchemaView schema, int depth)
    {
        var required = schema.Required();
        json.WriteStartObject();
        foreach (var (name, property) in schema.Properties())
        {
            if (depth >= OptionalDepth && !required.Contains(name))
                continue;
            json.WritePropertyName(name);
            Write(json, property, name, index: 0, depth + 1);
        }

        foreach (var name in required.Where(name => !schema.Declares(name)))
            json.WriteString(name, SampleTexts.Plain(name, 0));
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, SchemaView schema, string name, int depth)
    {
        var fixedItems = schema.PrefixItems();
        var item = schema.Items();
        var count = Math.Max(schema.Whole("minItems") ?? 0, depth >= OptionalDepth ? 0 : Math.Max(1, fixedItems.Count));
        if (schema.Whole("maxItems") is { } most)
            count = Math.Min(count, most);
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            if (i < fixedItems.Count)
                Write(json, fixedItems[i], name, i, depth + 1);
            else if (item is not null)
                Write(json, item, name, i, depth + 1);
            else
                json.WriteStringValue(SampleTexts.Plain(name, i));
        }

        json.WriteEndArray();
    }
}

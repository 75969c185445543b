using System.Text.Json;
using System.Text.RegularExpressions;

namespace AiGateway.Cli.Tests.Support;

/// <summary>Checks a value against a JSON schema: the keywords the tests use, written independently of the product.</summary>
internal static class SchemaCheck
{
    public static void Satisfies(string schema, string value)
    {
        var root = DemoClient.Parse(schema);
        var problem = Problem(root, root, DemoClient.Parse(value), "$");
        Assert.True(problem is null, $"{problem}\nschema {schema}\nvalue  {value}");
    }

    private static string? Problem(JsonElement root, JsonElement schema, JsonElement value, string at)
    {
        if (schema.ValueKind is JsonValueKind.True)
            return null;
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Problem(root, keyword.Name, keyword.Value, value, at) is { } problem)
                return problem;
        }

        return null;
    }

    private static string? Problem(JsonElement root, string keyword, JsonElement demand, JsonElement value, string at) => keyword switch
    {
        "type" => Types(demand).Any(type => IsOfType(type, value)) ? null : $"{at}: {value.ValueKind} is not {demand}",
        "const" => JsonElement.DeepEquals(demand, value) ? null : $"{at}: not the constant",
        "enum" => demand.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)) ? null : $"{at}: not in enum",
        "$ref" => Problem(root, Follow(root, demand.GetString()!), value, at),
        "allOf" => demand.EnumerateArray().Select(part => Problem(root, part, value, at)).FirstOrDefault(static found => found is not null),
        "anyOf" => demand.EnumerateArray().Any(part => Problem(root, part, value, at) is null) ? null : $"{at}: no alternative of anyOf",
        "oneOf" => demand.EnumerateArray().Count(part => Problem(root, part, value, at) is null) == 1 ? null : $"{at}: not exactly one of oneOf",
        "required" when value.ValueKind == JsonValueKind.Object =>
            demand.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}: {name} is missing").FirstOrDefault(),
        "properties" when value.ValueKind == JsonValueKind.Object => value.EnumerateObject()
            .Where(member => demand.TryGetProperty(member.Name, out _))
            .Select(member => Problem(root, demand.GetProperty(member.Name), member.Value, $"{at}.{member.Name}")).FirstOrDefault(static found => found is not null),
        "items" when value.ValueKind == JsonValueKind.Array =>
            value.EnumerateArray().Select((entry, i) => Problem(root, demand, entry, $"{at}[{i}]")).FirstOrDefault(static found => found is not null),
        "uniqueItems" when value.ValueKind == JsonValueKind.Array =>
            value.EnumerateArray().Select(static entry => entry.GetRawText()).Distinct().Count() == value.GetArrayLength() ? null : $"{at}: repeated entries",
        "minItems" => value.GetArrayLength() >= demand.GetInt32() ? null : $"{at}: too few entries",
        "maxItems" => value.GetArrayLength() <= demand.GetInt32() ? null : $"{at}: too many entries",
        "minimum" => value.GetDecimal() >= demand.GetDecimal() ? null : $"{at}: {value} below minimum",
        "maximum" => value.GetDecimal() <= demand.GetDecimal() ? null : $"{at}: {value} above maximum",
        "exclusiveMinimum" => value.GetDecimal() > demand.GetDecimal() ? null : $"{at}: {value} not above",
        "exclusiveMaximum" => value.GetDecimal() < demand.GetDecimal() ? null : $"{at}: {value} not below",
        "multipleOf" => value.GetDecimal() % demand.GetDecimal() == 0 ? null : $"{at}: {value} is no multiple",
        "minLength" => value.GetString()!.Length >= demand.GetInt32() ? null : $"{at}: too short",
        "maxLength" => value.GetString()!.Length <= demand.GetInt32() ? null : $"{at}: too long",
        "pattern" => Regex.IsMatch(value.GetString()!, demand.GetString()!, RegexOptions.ECMAScript) ? null : $"{at}: \"{value}\" does not match {demand}",
        "format" => HasFormat(demand.GetString()!, value.GetString()!) ? null : $"{at}: \"{value}\" is no {demand}",
        _ => null,
    };

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static name => name.GetString()!) : [type.GetString()!];

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDecimal() % 1 == 0,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private static JsonElement Follow(JsonElement root, string pointer) =>
        pointer.Split('/').Skip(1).Aggregate(root, static (at, step) => at.GetProperty(step));

    private static bool HasFormat(string format, string value) => format switch
    {
        "date-time" => DateTimeOffset.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out _) && value.Contains('T', StringComparison.Ordinal),
        "date" => DateOnly.TryParseExact(value, "yyyy-MM-dd", out _),
        "uuid" => Guid.TryParseExact(value, "D", out _),
        "email" => Regex.IsMatch(value, "^[^@ ]+@[^@ ]+$"),
        "uri" => Uri.TryCreate(value, UriKind.Absolute, out _),
        "ipv4" => System.Net.IPAddress.TryParse(value, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
}

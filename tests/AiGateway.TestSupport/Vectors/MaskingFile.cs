using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.TestSupport.Vectors;

/// <summary>One exchange, its unmasked attributes, and what each privacy setting makes of them.</summary>
/// <param name="Name">File name without extension.</param>
/// <param name="Url">Request address at the provider.</param>
/// <param name="RequestBody">Request body.</param>
/// <param name="Status">Response status.</param>
/// <param name="ContentType">Response content type.</param>
/// <param name="ResponseBody">Response body.</param>
/// <param name="Attributes">Unmasked.</param>
/// <param name="Variants">Settings.</param>
public sealed record MaskingFile(
    string Name, Uri Url, string RequestBody, int Status, string ContentType, string ResponseBody,
    IReadOnlyDictionary<string, object> Attributes, IReadOnlyList<MaskingVariant> Variants)
{
    private const string Marker = "__REDACTED__";

    /// <summary>Reads a file.</summary>
    public static MaskingFile Load(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = document.RootElement;
        var (request, response) = (root.GetProperty("request"), root.GetProperty("response"));
        return new MaskingFile(
            Path.GetFileNameWithoutExtension(path),
            new Uri(request.GetProperty("url").GetString()!),
            request.GetProperty("body").GetRawText(),
            response.GetProperty("status").GetInt32(),
            response.GetProperty("contentType").GetString()!,
            response.GetProperty("body").GetString()!,
            ReadAttributes(root.GetProperty("attributes")),
            [.. root.GetProperty("variants").EnumerateArray().Select(MaskingVariant.Parse)]);
    }

    /// <summary>What the product must write: the reference's result, adjusted where the product is stricter (section "Masking files" of the vectors' readme).</summary>
    public IReadOnlyDictionary<string, object> Expected(MaskingVariant variant)
    {
        var expected = new Dictionary<string, object>(Attributes, StringComparer.Ordinal);
        foreach (var key in variant.Removed) expected.Remove(key);
        foreach (var (key, value) in variant.Changed) expected[key] = value;
        if (variant.IsTrue("HIDE_INPUTS")) Mark(expected, ".embedding.text");
        if (variant.IsTrue("HIDE_OUTPUTS")) Mark(expected, ".embedding.vector");
        if (variant.IsTrue("HIDE_LLM_INVOCATION_PARAMETERS")) expected.Remove("embedding.invocation_parameters");
        if (expected.GetValueOrDefault("input.value") is string body && JsonPruning.TryParse(body) is { } json)
        {
            MarkSources(json, variant);
            expected["input.value"] = json.ToJsonString();
        }

        return expected;
    }

    /// <summary>Attributes given as plain JSON values.</summary>
    internal static Dictionary<string, object> ReadAttributes(JsonElement attributes)
        => attributes.EnumerateObject().ToDictionary(member => member.Name, member => Value(member.Value), StringComparer.Ordinal);

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number => value.GetDouble(),
        // Lists are vectors here, whose whole numbers are doubles too.
        JsonValueKind.Array => value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number ? (object)item.GetDouble() : Value(item)).ToArray(),
        _ => throw new InvalidDataException($"A span attribute cannot be {value.ValueKind}."),
    };

    private static void Mark(Dictionary<string, object> attributes, string suffix)
    {
        foreach (var key in attributes.Keys.Where(key => key.EndsWith(suffix, StringComparison.Ordinal)).ToList()) attributes[key] = Marker;
    }

    private static void MarkSources(JsonNode? node, MaskingVariant variant)
    {
        if (node is JsonObject { } source && source["type"]?.GetValueKind() == JsonValueKind.String && (string?)source["type"] == "base64" && source["data"] is { } data)
        {
            var url = $"data:{source["media_type"]};base64,{data}";
            if (variant.IsTrue("HIDE_INPUT_IMAGES") || url.Length > variant.Base64ImageMaxLength) source["data"] = Marker;
        }

        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject parent => [.. parent.Select(member => member.Value)],
            JsonArray list => [.. list],
            _ => [],
        };
        foreach (var child in children) MarkSources(child, variant);
    }
}

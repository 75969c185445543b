using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AiGateway.ControlPlane.Writing;

/// <summary>Writes JSON values as block-style YAML. Texts that could be read as something else are quoted as JSON, which YAML includes.</summary>
internal static partial class JsonAsYaml
{
    /// <summary>Writes every member of an object.</summary>
    public static void Write(TextWriter output, JsonElement value) => Members(output, value, 0, null);

    /// <summary>Writes one member of an object.</summary>
    public static void Write(TextWriter output, JsonElement value, string member) => Members(output, value, 0, member);

    private static void Members(TextWriter output, JsonElement value, int indent, string? only, bool firstIsInline = false)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (only is not null && member.Name != only) continue;
            if (!firstIsInline) output.Write(new string(' ', indent));
            firstIsInline = false;
            output.Write(PlainPattern().IsMatch(member.Name) ? member.Name : Quoted(member.Name));
            output.Write(':');
            Nested(output, member.Value, indent);
        }
    }

    private static void Nested(TextWriter output, JsonElement value, int indent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                output.WriteLine();
                Members(output, value, indent + 2, null);
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                output.WriteLine();
                foreach (var item in value.EnumerateArray()) Item(output, item, indent);
                break;
            default:
                output.Write(' ');
                output.WriteLine(Scalar(value));
                break;
        }
    }

    private static void Item(TextWriter output, JsonElement item, int indent)
    {
        output.Write(new string(' ', indent));
        output.Write("- ");
        if (item.ValueKind == JsonValueKind.Object && item.EnumerateObject().Any()) Members(output, item, indent + 2, null, firstIsInline: true);
        else output.WriteLine(Scalar(item));
    }

    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when PlainPattern().IsMatch(value.GetString()!) => value.GetString()!,
        JsonValueKind.String => Quoted(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Quoted(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    /// <summary>Words that no YAML reader takes for a number, a boolean or null.</summary>
    [GeneratedRegex(@"\A(?!(?i:true|false|null|yes|no|on|off|y|n)\z)[A-Za-z/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*\z")]
    private static partial Regex PlainPattern();
}

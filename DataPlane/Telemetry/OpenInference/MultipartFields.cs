using System.Text;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>The text fields of a multipart form as a JSON object; files are left out, a form that was cut gives the fields before the cut.</summary>
internal static class MultipartFields
{
    /// <summary>Whether the content type is a form with parts.</summary>
    public static bool IsMultipart(string? contentType) => contentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Reads the form. A field given several times becomes a list.</summary>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlyMemory<byte> body, string? contentType)
    {
        var fields = new List<KeyValuePair<string, string>>();
        if (Boundary(contentType) is { } boundary) Read(body.Span, Encoding.UTF8.GetBytes("--" + boundary), fields);
        return JsonText.ObjectBytes(writer =>
        {
            foreach (var field in fields.GroupBy(field => field.Key, StringComparer.Ordinal)) WriteField(writer, field.Key, [.. field.Select(f => f.Value)]);
        });
    }

    private static void WriteField(Utf8JsonWriter writer, string name, string[] values)
    {
        if (values.Length == 1)
        {
            writer.WriteString(name, values[0]);
            return;
        }

        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void Read(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter, List<KeyValuePair<string, string>> fields)
    {
        var start = body.IndexOf(delimiter);
        while (start >= 0)
        {
            body = body[(start + delimiter.Length)..];
            if (body.StartsWith("--"u8)) return;
            start = NextDelimiter(body, delimiter);
            if (start < 0) return; // the part was cut
            ReadPart(body[..start], fields);
        }
    }

    private static int NextDelimiter(ReadOnlySpan<byte> body, ReadOnlySpan<byte> delimiter)
    {
        for (var offset = 0; ;)
        {
            var found = body[offset..].IndexOf(delimiter);
            if (found < 0) return -1;
            offset += found;
            if (offset > 0 && body[offset - 1] == (byte)'\n') return offset;
            offset += delimiter.Length;
        }
    }

    private static void ReadPart(ReadOnlySpan<byte> part, List<KeyValuePair<string, string>> fields)
    {
        var end = part.IndexOf("\r\n\r\n"u8);
        if (end < 0) return;
        var head = Encoding.UTF8.GetString(part[..end]);
        var disposition = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase));
        if (disposition is null || Parameter(disposition, "filename") is not null || Parameter(disposition, "filename*") is not null) return;
        if (Parameter(disposition, "name") is not { Length: > 0 } name) return;
        var value = part[(end + 4)..];
        fields.Add(KeyValuePair.Create(name, JsonRepair.Text(Encoding.UTF8.GetString(value.EndsWith("\r\n"u8) ? value[..^2] : value))));
    }

    private static string? Boundary(string? contentType) => contentType is null ? null : Parameter(contentType, "boundary") is { Length: > 0 } boundary ? boundary : null;

    private static string? Parameter(string header, string name)
    {
        foreach (var piece in Pieces(header))
        {
            var equals = piece.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !piece.AsSpan(0, equals).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            return piece[(equals + 1)..].Trim().Trim('"');
        }

        return null;
    }

    // Splits at semicolons outside quotes.
    private static IEnumerable<string> Pieces(string header)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '"') quoted = !quoted;
            if (header[i] != ';' || quoted) continue;
            yield return header[start..i];
            start = i + 1;
        }

        yield return header[start..];
    }
}

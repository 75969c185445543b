using System.Text;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>What the gateway reads from a multipart form: the <c>model</c> and <c>stream</c> fields, and that a file is there. Bytes stay where they are.</summary>
public readonly record struct MultipartPeek
{
    /// <summary>Most parts looked at.</summary>
    public const int MaxParts = 1024;

    private const int LongestField = 4096;

    /// <summary>Value of the <c>model</c> field; null when absent.</summary>
    public string? Model { get; private init; }

    /// <summary>Bytes of that value in the form.</summary>
    public Range ModelValue { get; private init; }

    /// <summary>The <c>stream</c> field says <c>true</c> in any case.</summary>
    public bool Stream { get; private init; }

    /// <summary>A <c>file</c> part is there.</summary>
    public bool HasFile { get; private init; }

    /// <summary>Reads a form (RFC 7578).</summary>
    /// <param name="form">The whole body.</param>
    /// <param name="contentType">Content type with its boundary.</param>
    /// <param name="peek">What was found.</param>
    /// <param name="problem">Reason when it cannot be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> form, string contentType, out MultipartPeek peek, out string? problem)
    {
        peek = default;
        if (Boundary(contentType) is not { } boundary)
        {
            problem = "the content-type names no boundary, or one longer than 70 characters";
            return false;
        }

        var delimiter = Encoding.ASCII.GetBytes("--" + boundary);
        byte[] separator = [.. "\r\n"u8, .. delimiter];
        var at = form.StartsWith(delimiter) && IsDelimiter(form, delimiter.Length) ? 0 : NextDelimiter(form, 0, separator) + 2;
        if (at == 1) // not found
        {
            problem = "the boundary of the content-type does not occur in the body";
            return false;
        }

        for (var parts = 0; parts < MaxParts; parts++)
        {
            at += delimiter.Length;
            if (form[at..].StartsWith("--"u8))
            {
                problem = null;
                return true;
            }

            var headEnd = form[at..].IndexOf("\r\n\r\n"u8);
            if (headEnd < 0)
            {
                problem = $"part {parts + 1} has no blank line after its headers";
                return false;
            }

            var content = at + headEnd + 4;
            var next = NextDelimiter(form, content, separator);
            if (next < 0)
            {
                problem = $"part {parts + 1} is not closed by the boundary";
                return false;
            }

            if (!TakePart(form, at..(at + headEnd), content..next, ref peek, out problem)) return false;
            at = next + 2;
        }

        problem = $"the form has more than {MaxParts} parts";
        return false;
    }

    /// <summary>Where the line end before the next delimiter is, or -1.</summary>
    private static int NextDelimiter(ReadOnlySpan<byte> form, int from, ReadOnlySpan<byte> separator)
    {
        while (true)
        {
            var found = form[from..].IndexOf(separator);
            if (found < 0) return -1;
            if (IsDelimiter(form, from + found + separator.Length)) return from + found;
            from += found + separator.Length;
        }
    }

    /// <summary>What follows the boundary decides: a longer word that begins with it is content (RFC 2046 section 5.1.1).</summary>
    private static bool IsDelimiter(ReadOnlySpan<byte> form, int end)
    {
        var rest = form[end..];
        return rest.StartsWith("--"u8) || rest.TrimStart(" \t"u8).StartsWith("\r\n"u8);
    }

    private static bool TakePart(ReadOnlySpan<byte> form, Range head, Range content, ref MultipartPeek peek, out string? problem)
    {
        problem = null;
        var name = FieldName(form[head]);
        var value = form[content];
        switch (name)
        {
            case "model" when peek.Model is not null:
                problem = "field 'model' is given twice; give it once";
                return false;
            case "model" when value.Length > LongestField:
                problem = $"field 'model' is longer than {LongestField} bytes";
                return false;
            case "model":
                peek = peek with { Model = Encoding.UTF8.GetString(value), ModelValue = content };
                return true;
            case "stream":
                peek = peek with { Stream = Ascii.EqualsIgnoreCase(value, "true"u8) };
                return true;
            case "file":
                peek = peek with { HasFile = true };
                return true;
            default:
                return true;
        }
    }

    private static string? FieldName(ReadOnlySpan<byte> head)
    {
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (line.Length < 20 || !Ascii.EqualsIgnoreCase(line[..20], "content-disposition:"u8)) continue;
            return Parameter(Encoding.UTF8.GetString(line), "name");
        }

        return null;
    }

    private static string? Boundary(string contentType) => Parameter(contentType, "boundary") is { Length: > 0 and <= 70 } boundary ? boundary : null;

    private static string? Parameter(string header, string name)
    {
        var at = header.IndexOf(';', StringComparison.Ordinal);
        while (at >= 0)
        {
            var equals = header.IndexOf('=', at);
            if (equals < 0) return null;
            var key = header[(at + 1)..equals].Trim();
            var value = Value(header, equals + 1, out at);
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return null;
    }

    /// <summary>A token or a quoted string, in which a semicolon is text.</summary>
    private static string Value(string header, int from, out int next)
    {
        while (from < header.Length && header[from] == ' ') from++;
        if (from < header.Length && header[from] == '"')
        {
            var value = new StringBuilder();
            for (var i = from + 1; i < header.Length && header[i] != '"'; i++)
            {
                if (header[i] == '\\' && i + 1 < header.Length) i++;
                value.Append(header[i]);
                from = i;
            }

            next = header.IndexOf(';', Math.Min(header.Length, from + 1));
            return value.ToString();
        }

        next = header.IndexOf(';', from);
        return (next < 0 ? header[from..] : header[from..next]).Trim();
    }
}

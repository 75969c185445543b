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
        var at = form.IndexOf(delimiter);
        if (at < 0)
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
            var next = form[content..].IndexOf((byte[])[.. "\r\n"u8, .. delimiter]);
            if (next < 0)
            {
                problem = $"part {parts + 1} is not closed by the boundary";
                return false;
            }

            if (!TakePart(form, at..(at + headEnd), content..(content + next), ref peek, out problem)) return false;
            at = content + next + 2;
        }

        problem = $"the form has more than {MaxParts} parts";
        return false;
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
        foreach (var part in header.Split(';').Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !part[..equals].Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            return part[(equals + 1)..].Trim().Trim('"');
        }

        return null;
    }
}

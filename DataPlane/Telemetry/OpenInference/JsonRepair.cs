using System.Text;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>
/// Replaces by U+FFFD what a trace store refuses or silently loses: broken UTF-8, U+0000 and lone surrogates, also where JSON text spells them as
/// escapes. Everything else stays as it was received.
/// </summary>
internal static class JsonRepair
{
    private const char Replacement = '\uFFFD';

    /// <summary>The body as clean UTF-8 without a byte order mark; the same memory when nothing was wrong.</summary>
    public static ReadOnlyMemory<byte> Bytes(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        if (!System.Text.Unicode.Utf8.IsValid(body.Span)) body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
        return MayHaveBadEscape(body.Span) ? Encoding.UTF8.GetBytes(Escapes(Encoding.UTF8.GetString(body.Span))) : body;
    }

    /// <summary>Plain text without U+0000 and lone surrogates.</summary>
    public static string Text(string text)
    {
        if (text.Contains('\0')) text = text.Replace('\0', Replacement);
        return HasLoneSurrogate(text) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
    }

    /// <summary>Text that is JSON, cleaned in its escapes too.</summary>
    public static string Json(string text)
    {
        text = Text(text);
        return text.Contains("\\u", StringComparison.Ordinal) ? Escapes(text) : text;
    }

    private static bool MayHaveBadEscape(ReadOnlySpan<byte> body)
        => body.IndexOf("\\u0000"u8) >= 0 || body.IndexOf("\\ud"u8) >= 0 || body.IndexOf("\\uD"u8) >= 0;

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return true;
            i++;
        }

        return false;
    }

    private static string Escapes(string text)
    {
        StringBuilder? clean = null;
        var copied = 0;
        for (var i = 0; i < text.Length - 1; i++)
        {
            if (text[i] != '\\') continue;
            if (Unit(text, i) is not { } unit)
            {
                i++; // whatever follows the backslash belongs to it
                continue;
            }

            if (char.IsHighSurrogate(unit) && Unit(text, i + 6) is { } low && char.IsLowSurrogate(low))
            {
                i += 11;
                continue;
            }

            if (unit == 0 || char.IsSurrogate(unit))
            {
                clean ??= new StringBuilder(text.Length);
                clean.Append(text, copied, i - copied).Append(Replacement);
                copied = i + 6;
            }

            i += 5;
        }

        return clean is null ? text : clean.Append(text, copied, text.Length - copied).ToString();
    }

    // The UTF-16 unit that `\uXXXX` at the index spells; null when there is no such escape.
    private static char? Unit(string text, int index)
    {
        if (index + 6 > text.Length || text[index] != '\\' || text[index + 1] != 'u') return null;
        return ushort.TryParse(text.AsSpan(index + 2, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit) ? (char)unit : null;
    }
}

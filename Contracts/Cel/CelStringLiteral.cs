using System.Globalization;
using System.Text;

namespace AiGateway.Contracts.Cel;

/// <summary>A string literal: <c>'…'</c>, <c>"…"</c>, both tripled, each with an optional <c>r</c> that turns escapes off.</summary>
/// <param name="Value">The string, escapes resolved.</param>
/// <param name="End">Offset after the literal, or of the mistake.</param>
/// <param name="Error">Null when well formed.</param>
internal readonly record struct CelStringLiteral(string Value, int End, string? Error)
{
    public static bool StartsAt(string text, int position)
    {
        while (position < text.Length && text[position] is 'r' or 'R' or 'b' or 'B')
            position++;
        return position < text.Length && text[position] is '"' or '\'';
    }

    public static CelStringLiteral Read(string text, int start)
    {
        var quoteAt = text.AsSpan(start).IndexOfAny('"', '\'') + start;
        var prefix = text.AsSpan(start, quoteAt - start);
        if (prefix.ContainsAny('b', 'B'))
            return new CelStringLiteral("", start, "bytes literals are not supported");
        if (prefix.Length > 1)
            return new CelStringLiteral("", start, "a string takes one 'r' at most");

        var quote = text[quoteAt];
        var tripled = new string(quote, 3);
        var close = text.AsSpan(quoteAt).StartsWith(tripled, StringComparison.Ordinal) ? tripled : tripled[..1];
        return ReadBody(text, start, quoteAt + close.Length, close, raw: prefix.Length == 1);
    }

    private static CelStringLiteral ReadBody(string text, int start, int position, string close, bool raw)
    {
        var value = new StringBuilder();
        while (position < text.Length)
        {
            if (text.AsSpan(position).StartsWith(close, StringComparison.Ordinal))
                return new CelStringLiteral(value.ToString(), position + close.Length, null);
            if (text[position] is '\n' or '\r' && close.Length == 1)
                break;
            if (text[position] == '\\' && !raw)
            {
                var taken = AppendEscape(text.AsSpan(position + 1), value);
                if (taken == 0)
                    return new CelStringLiteral("", position, "unknown escape in string; write \\\\ for a backslash");
                position += 1 + taken;
                continue;
            }

            value.Append(text[position++]);
        }

        return new CelStringLiteral("", start, "this string is not closed");
    }

    /// <summary>Appends what follows a backslash; returns the characters it took, 0 when it is no escape.</summary>
    private static int AppendEscape(ReadOnlySpan<char> rest, StringBuilder value)
    {
        if (rest.IsEmpty)
            return 0;
        if (rest[0] is >= '0' and <= '3')
            return AppendOctal(rest, value);
        if (rest[0] is 'x' or 'X')
            return AppendHex(rest, 2, value);
        if (rest[0] == 'u')
            return AppendHex(rest, 4, value);
        if (rest[0] == 'U')
            return AppendHex(rest, 8, value);

        var plain = rest[0] switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' or '?' or '"' or '\'' or '`' => rest[0],
            _ => '\0',
        };
        if (plain == '\0')
            return 0;
        value.Append(plain);
        return 1;
    }

    private static int AppendOctal(ReadOnlySpan<char> rest, StringBuilder value)
    {
        if (rest.Length < 3 || rest[..3].ContainsAnyExceptInRange('0', '7'))
            return 0;
        value.Append((char)(((rest[0] - '0') * 64) + ((rest[1] - '0') * 8) + (rest[2] - '0')));
        return 3;
    }

    private static int AppendHex(ReadOnlySpan<char> rest, int digits, StringBuilder value)
    {
        if (rest.Length <= digits
            || !uint.TryParse(rest.Slice(1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.TryCreate(code, out var rune))
            return 0;
        value.Append(rune.ToString());
        return digits + 1;
    }
}

using System.Text;

namespace AiGateway.Contracts.Cel;

/// <summary>A bracket expression, rewritten for .NET.</summary>
/// <param name="Text">For .NET.</param>
/// <param name="Length">Characters it took in the pattern.</param>
/// <param name="Error">Null when translated.</param>
internal readonly record struct Re2CharacterClass(string Text, int Length, string? Error)
{
    /// <summary>What stands between brackets for <c>\d</c> and its kin: ASCII only, complements included.</summary>
    public static string Shorthand(char letter) => letter switch
    {
        'd' => "0-9",
        'D' => @"\x00-/:-\uffff",
        'w' => "0-9A-Za-z_",
        'W' => @"\x00-/:-@\[-^`{-\uffff",
        's' => @"\t\n\f\r ",
        _ => @"\x00-\x08\x0b\x0e-\x1f!-\uffff",
    };

    public static Re2CharacterClass Read(string pattern, int start)
    {
        var text = new StringBuilder("[");
        var position = start + 1;
        if (At(pattern, position) == '^')
            text.Append(pattern[position++]);
        for (var first = true; position < pattern.Length; first = false)
        {
            var c = pattern[position];
            if (c == ']' && !first)
                return new Re2CharacterClass(text.Append(']').ToString(), position + 1 - start, null);
            if (c == '[' && At(pattern, position + 1) == ':')
            {
                var end = pattern.IndexOf(":]", position, StringComparison.Ordinal);
                if (end < 0 || Named(pattern[(position + 2)..end]) is not { } named)
                    return Failed("unknown character class");
                text.Append(named);
                position = end + 2;
            }
            else if (c == '\\')
            {
                if (AppendEscape(text, pattern, ref position) is { } error)
                    return Failed(error);
            }
            else
            {
                // .NET would take '[' after '-' for a subtraction.
                text.Append(c is '[' or ']' ? $"\\{c}" : c.ToString());
                position++;
            }
        }

        return Failed("a '[' is not closed");
    }

    private static string? AppendEscape(StringBuilder text, string pattern, ref int position)
    {
        var letter = At(pattern, position + 1);
        switch (letter)
        {
            case 'd' or 'D' or 'w' or 'W' or 's' or 'S':
                text.Append(Shorthand(letter));
                position += 2;
                return null;
            case 'p' or 'P' when char.IsAsciiLetter(At(pattern, position + 2)):
                text.Append('\\').Append(letter).Append('{').Append(pattern[position + 2]).Append('}');
                position += 3;
                return null;
            case 'p' or 'P' or 'a' or 'f' or 'n' or 'r' or 't' or 'v' or 'x' or '0':
            case var other when other != '\0' && !char.IsAsciiLetterOrDigit(other):
                text.Append(pattern, position, 2);
                position += 2;
                return null;
            default:
                return $"\\{letter} in a character class is not supported";
        }
    }

    private static string? Named(string name)
    {
        var (negated, word) = name.StartsWith('^') ? (true, name[1..]) : (false, name);
        var (inside, outside) = word switch
        {
            "alnum" => ("0-9A-Za-z", @"\x00-/:-@\[-`{-\uffff"),
            "alpha" => ("A-Za-z", @"\x00-@\[-`{-\uffff"),
            "ascii" => (@"\x00-\x7f", @"\x80-\uffff"),
            "blank" => (@"\t ", @"\x00-\x08\n-\x1f!-\uffff"),
            "cntrl" => (@"\x00-\x1f\x7f", @" -~\x80-\uffff"),
            "digit" => (Shorthand('d'), Shorthand('D')),
            "lower" => ("a-z", @"\x00-`{-\uffff"),
            "punct" => (@"!-/:-@\[-`{-~", @"\x00- 0-9A-Za-z\x7f-\uffff"),
            "space" => (@"\t-\r ", @"\x00-\x08\x0e-\x1f!-\uffff"),
            "upper" => ("A-Z", @"\x00-@\[-\uffff"),
            "word" => (Shorthand('w'), Shorthand('W')),
            "xdigit" => ("0-9A-Fa-f", @"\x00-/:-@G-`g-\uffff"),
            _ => ("", ""),
        };
        return inside.Length == 0 ? null : negated ? outside : inside;
    }

    private static char At(string pattern, int position) => position < pattern.Length ? pattern[position] : '\0';

    private static Re2CharacterClass Failed(string error) => new("", 0, error);
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace AiGateway.Cli.Demo.Schemas;

/// <summary>
/// Writes a text that a regular expression accepts: literals, classes, groups, alternatives (the first one), quantifiers (the least count, at least one where
/// allowed), anchors. Look-around and back references are not understood; the caller checks the result anyway.
/// </summary>
internal sealed class PatternSample
{
    private const int MostRepeats = 256;

    private readonly string _pattern;
    private int _at;

    private PatternSample(string pattern) => _pattern = pattern;

    /// <summary>False when the pattern uses something unknown.</summary>
    public static bool TryMake(string pattern, [NotNullWhen(true)] out string? sample)
    {
        var reader = new PatternSample(pattern);
        sample = reader.Alternatives();
        if (sample is not null && reader._at == pattern.Length)
            return true;
        sample = null;
        return false;
    }

    private bool AtEnd => _at >= _pattern.Length;

    private string? Alternatives()
    {
        var first = Sequence();
        while (first is not null && !AtEnd && _pattern[_at] == '|')
        {
            _at++;
            if (Sequence() is null)
                return null;
        }

        return first;
    }

    private string? Sequence()
    {
        var text = new StringBuilder();
        while (!AtEnd && _pattern[_at] is not ('|' or ')'))
        {
            if (Atom() is not { } atom || Repeats() is not { } count)
                return null;
            for (var i = 0; i < count; i++)
                text.Append(atom);
        }

        return text.ToString();
    }

    private string? Atom()
    {
        var next = _pattern[_at++];
        switch (next)
        {
            case '^' or '$':
                return "";
            case '.':
                return "a";
            case '[':
                return Class();
            case '(':
                return Group();
            case '\\':
                return Escape();
            case '*' or '+' or '?' or '{':
                return null;
            default:
                return next.ToString();
        }
    }

    private string? Group()
    {
        if (!AtEnd && _pattern[_at] == '?')
        {
            if (!_pattern.AsSpan(_at).StartsWith("?:"))
                return null;
            _at += 2;
        }

        var inner = Alternatives();
        if (inner is null || AtEnd || _pattern[_at++] != ')')
            return null;
        return inner;
    }

    private string? Escape()
    {
        if (AtEnd)
            return null;
        var letter = _pattern[_at++];
        return letter switch
        {
            'd' => "1",
            'w' => "a",
            's' => " ",
            'D' or 'S' => "a",
            'W' => "-",
            'n' => "\n",
            't' => "\t",
            'b' => "",
            >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' => null,
            _ => letter.ToString(),
        };
    }

    private string? Class()
    {
        var negated = !AtEnd && _pattern[_at] == '^';
        if (negated)
            _at++;
        var start = _at;
        string? first = null;
        while (!AtEnd && (_pattern[_at] != ']' || _at == start))
        {
            var member = _pattern[_at++];
            first ??= member == '\\' && !AtEnd ? EscapeAt(_at) : member.ToString();
            if (member == '\\')
                _at++;
        }

        if (AtEnd)
            return null;
        var body = _pattern[start.._at];
        _at++;
        if (!negated)
            return first;

        // Any character that the body does not name will do; the caller's check catches ranges.
        foreach (var candidate in "a1-_ Z")
        {
            if (!body.Contains(candidate, StringComparison.Ordinal))
                return candidate.ToString();
        }

        return null;
    }

    private string? EscapeAt(int at)
    {
        var saved = _at;
        _at = at;
        var text = Escape();
        _at = saved;
        return text;
    }

    private int? Repeats()
    {
        if (AtEnd)
            return 1;
        var count = 1;
        switch (_pattern[_at])
        {
            case '*' or '+' or '?':
                _at++;
                break;
            case '{':
                var end = _pattern.IndexOf('}', _at);
                var bounds = end < 0 ? [] : _pattern[(_at + 1)..end].Split(',');
                if (bounds.Length == 0 || !int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out count) || count > MostRepeats)
                    return null;
                if (count == 0 && bounds is not ["0"] and not [_, "0"])
                    count = 1;
                _at = end + 1;
                break;
            default:
                return 1;
        }

        if (!AtEnd && _pattern[_at] == '?')
            _at++;
        return count;
    }
}

using System.Globalization;
using System.Text;

namespace AiGateway.Contracts.Cel;

/// <summary>
/// Rewrites an RE2 pattern where .NET would read it differently: <c>$</c> means the very end, <c>\d \w \s</c> are ASCII,
/// <c>(?P&lt;name&gt;</c> names a group, <c>[[:alpha:]]</c> is a class. What only .NET knows is refused, and so are repetitions that would
/// make the compiled pattern huge.
/// </summary>
/// <remarks>Left as .NET has them: <c>\b</c> and <c>(?i)</c> know all of Unicode, and <c>.</c> is one UTF-16 unit.</remarks>
internal sealed class Re2Translator
{
    private const int LargestSize = 1_000;
    private const int LargestRepetition = 1_000;

    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private readonly Stack<(long Size, bool Multiline)> _groups = new();
    private int _position;
    private string? _error;

    // Characters that the group so far and its last atom stand for once repetitions are written out.
    private long _size;
    private long _lastAtom;
    private bool _multiline;

    private Re2Translator(string pattern) => _pattern = pattern;

    public static Re2Translation Translate(string pattern)
    {
        var translator = new Re2Translator(pattern);
        while (translator._error is null && translator._position < pattern.Length)
            translator.TranslateNext();
        return new Re2Translation(translator._error is null ? translator._output.ToString() : "", translator._error);
    }

    private char Peek(int ahead) => _position + ahead < _pattern.Length ? _pattern[_position + ahead] : '\0';

    private void TranslateNext()
    {
        switch (Peek(0))
        {
            case '\\':
                Escape();
                break;
            case '[':
                var read = Re2CharacterClass.Read(_pattern, _position);
                _error = read.Error;
                Atom(read.Length, read.Text);
                break;
            case '(':
                OpenGroup();
                break;
            case ')':
                CloseGroup();
                break;
            case '$' when !_multiline:
                Atom(1, @"\z");
                break;
            case '{' when TryReadRepetition(out var length, out var highest):
                Repeat(length, highest);
                break;
            case '#' or ' ':
                Atom(1, $"\\{Peek(0)}");
                break;
            default:
                Atom(1, _pattern[_position].ToString());
                break;
        }
    }

    private void Atom(int length, string text)
    {
        _output.Append(text);
        _position += length;
        _size += _lastAtom;
        _lastAtom = 1;
    }

    private void Escape()
    {
        switch (Peek(1))
        {
            case 'd' or 'D' or 'w' or 'W' or 's' or 'S':
                Atom(2, $"[{Re2CharacterClass.Shorthand(Peek(1))}]");
                break;
            case 'Q':
                Quote();
                break;
            case 'p' or 'P' when char.IsAsciiLetter(Peek(2)):
                Atom(3, $"\\{Peek(1)}{{{Peek(2)}}}");
                break;
            case 'x' when Peek(2) == '{':
                CodePoint();
                break;
            case 'Z' or 'G' or 'k' or 'K' or 'c' or 'e' or 'u' or 'C' or 'R' or 'X' or (>= '1' and <= '9') or '\0':
                _error = _position + 1 < _pattern.Length ? $"\\{Peek(1)} is not supported" : "it ends with a backslash";
                break;
            default:
                Atom(2, _pattern.Substring(_position, 2));
                break;
        }
    }

    private void Quote()
    {
        var end = _pattern.IndexOf(@"\E", _position, StringComparison.Ordinal);
        var text = _pattern[(_position + 2)..(end < 0 ? _pattern.Length : end)];
        _position = end < 0 ? _pattern.Length : end + 2;
        foreach (var c in text)
            Atom(0, System.Text.RegularExpressions.Regex.Escape(c.ToString()));
    }

    private void CodePoint()
    {
        var end = _pattern.IndexOf('}', _position);
        var hex = end < 0 ? "" : _pattern[(_position + 3)..end];
        if (uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            && Rune.TryCreate(code, out var rune))
            Atom(end + 1 - _position, $"(?:{System.Text.RegularExpressions.Regex.Escape(rune.ToString())})");
        else
            _error = "\\x{…} is not a code point";
    }

    private void OpenGroup()
    {
        _groups.Push((_size + _lastAtom, _multiline));
        _size = 0;
        _lastAtom = 0;
        if (Peek(1) != '?')
        {
            _output.Append('(');
            _position++;
        }
        else if (Peek(2) == 'P' && Peek(3) == '<')
        {
            _output.Append("(?<");
            _position += 4;
        }
        else if (Peek(2) == '<' && Peek(3) is not ('=' or '!'))
        {
            _output.Append("(?<");
            _position += 3;
        }
        else
        {
            Flags();
        }
    }

    /// <summary><c>(?i)</c> for the rest of the group, <c>(?i:…)</c> for this one, <c>(?:…)</c> with none.</summary>
    private void Flags()
    {
        var end = _pattern.AsSpan(_position + 2).IndexOfAnyExcept("ims-") + _position + 2;
        if (end < _position + 2 || _pattern[end] is not (':' or ')'))
        {
            _error = "this kind of group is not supported";
            return;
        }

        var flags = _pattern.AsSpan(_position + 2, end - _position - 2);
        var off = flags.IndexOf('-');
        if (flags.Contains('m'))
            _multiline = off < 0 || flags.IndexOf('m') < off;
        _output.Append(_pattern, _position, end + 1 - _position);
        if (_pattern[end] == ')')
            _size = _groups.Pop().Size;
        _position = end + 1;
    }

    private void CloseGroup()
    {
        if (!_groups.TryPop(out var outer))
        {
            _error = "')' without '('";
            return;
        }

        var inner = _size + _lastAtom;
        _size = outer.Size;
        _lastAtom = inner;
        _multiline = outer.Multiline;
        _output.Append(')');
        _position++;
    }

    private bool TryReadRepetition(out int length, out long highest)
    {
        highest = 0;
        var end = _pattern.IndexOf('}', _position);
        length = end + 1 - _position;
        var bounds = end < 0 ? [] : _pattern[(_position + 1)..end].Split(',');
        if (bounds.Length is < 1 or > 2 || bounds[0].Length == 0)
            return false;
        foreach (var bound in bounds.Where(bound => bound.Length > 0))
        {
            if (!long.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out var times))
                return false;
            highest = Math.Max(highest, times);
        }

        return true;
    }

    private void Repeat(int length, long highest)
    {
        _lastAtom *= Math.Max(1, Math.Min(highest, LargestRepetition));
        if (highest > LargestRepetition || _size + _lastAtom > LargestSize)
            _error = "its repetitions multiply to more than allowed";
        _output.Append(_pattern, _position, length);
        _position += length;
    }
}

namespace AiGateway.Contracts.Cel;

/// <summary>Cuts the text into tokens. After an error it reports <see cref="CelTokenKind.End"/>, which unwinds the parser.</summary>
internal sealed class CelLexer(string text, CelErrors errors)
{
    private static readonly string[] s_symbols =
        ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", "."];

    private int _position;

    public CelToken Next()
    {
        SkipBlanks();
        if (errors.First is not null || _position >= text.Length)
            return new CelToken(CelTokenKind.End, text.Length, "");

        var start = _position;
        var first = text[start];
        if (IsDigit(first) || (first == '.' && IsDigit(Peek(1))))
            return Number(start);
        if (CelStringLiteral.StartsAt(text, start))
            return String(start);
        if (IsIdentifierStart(first))
            return Identifier(start);
        foreach (var symbol in s_symbols)
        {
            if (!text.AsSpan(start).StartsWith(symbol, StringComparison.Ordinal))
                continue;
            _position += symbol.Length;
            return new CelToken(CelTokenKind.Symbol, start, symbol);
        }

        return Fail(start, first is '&' or '|' or '='
            ? $"'{first}' is not an operator; use '{first}{first}'"
            : $"unexpected character {Printable(first)}");
    }

    private static bool IsDigit(char c) => char.IsAsciiDigit(c);

    private static bool IsIdentifierStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsIdentifierPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static string Printable(char c) => c is > ' ' and < '\x7f' ? $"'{c}'" : $"U+{(int)c:X4}";

    private char Peek(int ahead) => _position + ahead < text.Length ? text[_position + ahead] : '\0';

    private void SkipBlanks()
    {
        while (_position < text.Length)
        {
            if (text[_position] is ' ' or '\t' or '\n' or '\r' or '\f')
                _position++;
            else if (text[_position] == '/' && Peek(1) == '/')
                _position = text.IndexOf('\n', _position) is var end and >= 0 ? end : text.Length;
            else
                return;
        }
    }

    private CelToken Identifier(int start)
    {
        while (IsIdentifierPart(Peek(0)))
            _position++;
        return new CelToken(CelTokenKind.Identifier, start, text[start.._position]);
    }

    private CelToken String(int start)
    {
        var literal = CelStringLiteral.Read(text, start);
        if (literal.Error is not null)
            return Fail(literal.End, literal.Error);
        _position = literal.End;
        return new CelToken(CelTokenKind.String, start, literal.Value);
    }

    private CelToken Number(int start)
    {
        var kind = CelTokenKind.Int;
        if (Peek(0) == '0' && Peek(1) is 'x' or 'X')
        {
            _position += 2;
            Skip(char.IsAsciiHexDigit);
        }
        else
        {
            Skip(IsDigit);
            if (Peek(0) == '.' && IsDigit(Peek(1)))
            {
                kind = CelTokenKind.Double;
                _position++;
                Skip(IsDigit);
            }

            if (Peek(0) is 'e' or 'E')
            {
                kind = CelTokenKind.Double;
                _position += Peek(1) is '+' or '-' ? 2 : 1;
                if (!IsDigit(Peek(0)))
                    return Fail(start, "the exponent of this number has no digits");
                Skip(IsDigit);
            }
        }

        var digits = text[start.._position];
        if (kind == CelTokenKind.Int && Peek(0) is 'u' or 'U')
        {
            kind = CelTokenKind.Uint;
            _position++;
        }

        return IsIdentifierPart(Peek(0))
            ? Fail(start, $"'{Peek(0)}' cannot follow a number")
            : new CelToken(kind, start, digits);
    }

    private void Skip(Func<char, bool> accepts)
    {
        while (accepts(Peek(0)))
            _position++;
    }

    private CelToken Fail(int position, string message)
    {
        errors.Report(position, message);
        return new CelToken(CelTokenKind.End, position, "");
    }
}

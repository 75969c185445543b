namespace AiGateway.Contracts.Cel;

/// <summary>
/// Recursive descent over the CEL grammar. The first mistake is reported and turns every further token into the end of the text,
/// so that all levels return on their own.
/// </summary>
internal sealed class CelParser
{
    private readonly CelLexer _lexer;
    private readonly CelErrors _errors;
    private CelToken _token;
    private int _depth;

    private CelParser(string text, CelErrors errors)
    {
        _errors = errors;
        _lexer = new CelLexer(text, errors);
        _token = _lexer.Next();
    }

    /// <summary>The tree of the whole text; meaningless when something was reported.</summary>
    public static CelSyntax Parse(string text, CelErrors errors)
    {
        var parser = new CelParser(text, errors);
        var root = parser.Expression();
        if (parser._token.Kind != CelTokenKind.End)
            parser.Fail($"expected an operator or the end, found {parser._token}");
        return root;
    }

    // Expr = Or ["?" Or ":" Expr]
    private CelSyntax Expression()
    {
        if (!Enter())
            return Missing();
        var node = Binary(1);
        var position = _token.Position;
        if (Take("?"))
        {
            var whenTrue = Binary(1);
            Expect(":");
            node = Bounded(new CelSyntax.Conditional(position, node, whenTrue, Expression()));
        }

        _depth--;
        return node;
    }

    private CelSyntax Binary(int level)
    {
        var left = Unary();
        while (LevelOf(_token) is var found && found >= level)
        {
            var operation = _token;
            Advance();
            left = Bounded(new CelSyntax.Binary(operation.Position, operation.Text, left, Binary(found + 1)));
        }

        return left;
    }

    private static int LevelOf(CelToken token) => token switch
    {
        { Kind: CelTokenKind.Identifier, Text: "in" } => 3,
        { Kind: not CelTokenKind.Symbol } => 0,
        _ => token.Text switch
        {
            "||" => 1,
            "&&" => 2,
            "==" or "!=" or "<" or "<=" or ">" or ">=" => 3,
            "+" or "-" => 4,
            "*" or "/" or "%" => 5,
            _ => 0,
        },
    };

    private CelSyntax Unary()
    {
        var operation = _token;
        if (!operation.Is("!") && !operation.Is("-"))
            return Postfix(Primary());
        if (!Enter())
            return Missing();
        Advance();

        // The smallest int has no positive twin, so the sign belongs to the literal.
        var node = operation.Is("-") && _token.Kind is CelTokenKind.Int or CelTokenKind.Double
            ? Postfix(Number(negative: true))
            : new CelSyntax.Unary(operation.Position, operation.Text, Unary());
        _depth--;
        return Bounded(node);
    }

    private CelSyntax Postfix(CelSyntax node)
    {
        while (true)
        {
            var position = _token.Position;
            if (Take("["))
            {
                node = Bounded(new CelSyntax.Index(position, node, Expression(), IsMember: false));
                Expect("]");
            }
            else if (Take("."))
            {
                node = Bounded(Member(node));
            }
            else
            {
                return node;
            }
        }
    }

    private CelSyntax Member(CelSyntax target)
    {
        var name = _token;
        if (name.Kind != CelTokenKind.Identifier)
        {
            Fail($"expected a name after '.', found {name}");
            return Missing();
        }

        Advance();
        return Take("(")
            ? new CelSyntax.Call(name.Position, name.Text, target, Items(")"))
            : new CelSyntax.Index(name.Position, target, new CelSyntax.Constant(name.Position, CelValue.String(name.Text)), IsMember: true);
    }

    private CelSyntax Primary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case CelTokenKind.Int or CelTokenKind.Uint or CelTokenKind.Double:
                return Number(negative: false);
            case CelTokenKind.String:
                Advance();
                return new CelSyntax.Constant(token.Position, CelValue.String(token.Text));
            case CelTokenKind.Identifier when token.Text != "in":
                Advance();
                return NamedValue(token);
            case CelTokenKind.Symbol when token.Text == "(":
                Advance();
                var inner = Expression();
                Expect(")");
                return inner;
            case CelTokenKind.Symbol when token.Text == "[":
                Advance();
                return Bounded(new CelSyntax.List(token.Position, Items("]")));
            default:
                Fail($"expected a value, found {token}");
                return Missing();
        }
    }

    private CelSyntax NamedValue(CelToken name) => name.Text switch
    {
        "true" => new CelSyntax.Constant(name.Position, CelValue.Bool(true)),
        "false" => new CelSyntax.Constant(name.Position, CelValue.Bool(false)),
        "null" => new CelSyntax.Constant(name.Position, CelValue.Null),
        _ when Take("(") => Bounded(new CelSyntax.Call(name.Position, name.Text, null, Items(")"))),
        _ => new CelSyntax.Name(name.Position, name.Text),
    };

    private CelSyntax.Constant Number(bool negative)
    {
        var token = _token;
        Advance();
        var value = CelNumberLiteral.Parse(token, negative);
        if (value.IsError)
            _errors.Report(token.Position, value.Message);
        return new CelSyntax.Constant(token.Position, value);
    }

    private List<CelSyntax> Items(string close)
    {
        var items = new List<CelSyntax>();
        while (!_token.Is(close))
        {
            items.Add(Expression());
            if (!Take(","))
                break;
        }

        Expect(close);
        return items;
    }

    private bool Enter()
    {
        if (++_depth <= CelLimits.Depth)
            return true;
        Fail(TooDeep);
        return false;
    }

    private CelSyntax Bounded(CelSyntax node)
    {
        if (node.Depth <= CelLimits.Depth)
            return node;
        Fail(TooDeep);
        return Missing();
    }

    private static string TooDeep => $"more than {CelLimits.Depth} operations are nested in each other";

    private void Advance() => _token = _lexer.Next();

    private bool Take(string symbol)
    {
        if (!_token.Is(symbol))
            return false;
        Advance();
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
            Fail($"expected '{symbol}', found {_token}");
    }

    private void Fail(string message)
    {
        _errors.Report(_token.Position, message);
        _token = new CelToken(CelTokenKind.End, _token.Position, "");
    }

    private CelSyntax.Constant Missing() => new(_token.Position, CelValue.Null);
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using AiGateway.Contracts.Cel.Nodes;

namespace AiGateway.Contracts.Cel;

/// <summary>
/// A cost written in CEL, compiled once and run at the end of every exchange. Safe for concurrent use; neither compiling nor running
/// throws on bad input.
/// </summary>
/// <remarks>
/// <para>Everything the subset knows behaves as the CEL specification says, with three liberties that make prices easier to write:
/// int, uint and double may be mixed (a double makes the result a double, int with uint gives an exact int, order and equality go by
/// mathematical value); branches of <c>?:</c> may be different kinds of number; a result that is a double is rounded up.</para>
/// <para>A pattern of <c>matches</c> must be a string literal.</para>
/// </remarks>
[DebuggerDisplay("{Text}")]
public sealed class CostExpression
{
    private readonly CelNode _root;

    private CostExpression(string text, CelNode root)
    {
        Text = text;
        _root = root;
    }

    /// <summary>The expression as written.</summary>
    public string Text { get; }

    /// <summary>Parses, checks and tries an expression with all counters 0 and every name <c>dummy</c>, as the peer does.</summary>
    /// <param name="text">At most 16 384 characters.</param>
    /// <param name="expression">What to keep for <see cref="TryEvaluate"/>.</param>
    /// <param name="error"><c>line:column: what is wrong</c>, with the names that are known where that helps.</param>
    public static bool TryCompile(string text, [NotNullWhen(true)] out CostExpression? expression, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = null;
        error = FindError(text, out var root);
        if (error is not null)
            return false;

        var candidate = new CostExpression(text, root);
        if (!candidate.TryEvaluate(Trial, out _, out var failure))
        {
            error = $"trial run with all counters 0: {failure}";
            return false;
        }

        expression = candidate;
        return true;
    }

    /// <summary>The cost of one exchange; false when the expression fails on these values.</summary>
    /// <param name="variables">What the exchange was and used.</param>
    /// <param name="value">The cost; 0 when the method returns false.</param>
    /// <param name="error"><c>line:column: what failed</c>. Never contains a value of <paramref name="variables"/>.</param>
    public bool TryEvaluate(in CostVariables variables, out ulong value, [NotNullWhen(false)] out string? error) =>
        CostResult.TryConvert(_root.Evaluate(in variables), out value, out error);

    private static CostVariables Trial => new()
    {
        Model = "dummy",
        OriginalModel = "dummy",
        Backend = "dummy",
        RouteName = "dummy",
        Provider = "dummy",
        Status = 200,
    };

    private static string? FindError(string text, out CelNode root)
    {
        root = new ConstantNode(CelValue.Null);
        if (text.Length > CelLimits.TextLength)
            return $"an expression has at most {CelLimits.TextLength} characters, this one has {text.Length}";
        if (string.IsNullOrWhiteSpace(text))
            return "the expression is empty";

        var errors = new CelErrors(text);
        var syntax = CelParser.Parse(text, errors);
        if (errors.First is not null)
            return errors.First;

        var program = new CelChecker(text, errors).Check(syntax);
        root = program.Node;
        if (errors.First is null && !program.Type.IsNumeric && !program.Type.IsAny)
            return $"a cost must be a number, this is {program.Type}";
        return errors.First;
    }
}

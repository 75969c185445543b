using System.Collections.Frozen;

namespace AiGateway.Contracts.Cel;

/// <summary>
/// A function of one or two values. <c>matches</c> is not here: its pattern is compiled with the expression
/// (<see cref="Nodes.MatchesNode"/>).
/// </summary>
/// <param name="Name">As written.</param>
/// <param name="Call">How it is called.</param>
/// <param name="Accepts">Kinds of every argument, the receiver included.</param>
/// <param name="Result">Type of the result.</param>
/// <param name="Of">Set when it takes one value.</param>
/// <param name="OfBoth">Set when it takes two.</param>
internal sealed record CelFunction(
    string Name,
    CelFunction.Style Call,
    CelKind[] Accepts,
    CelType Result,
    CelFunction.Unary? Of,
    CelOperator.Combine? OfBoth)
{
    private static readonly CelKind[] s_scalars = [CelKind.Int, CelKind.Uint, CelKind.Double, CelKind.String];

    private static readonly CelFunction[] s_all =
    [
        Conversion("int", s_scalars, CelType.Int, CelConversions.ToInt),
        Conversion("uint", s_scalars, CelType.Uint, CelConversions.ToUint),
        Conversion("double", s_scalars, CelType.Double, CelConversions.ToDouble),
        Conversion("string", [.. s_scalars, CelKind.Bool], CelType.String, CelConversions.ToText),
        Conversion("bool", [CelKind.Bool, CelKind.String], CelType.Bool, CelConversions.ToBool),
        new("size", Style.Both, [CelKind.String, CelKind.List, CelKind.Map], CelType.Int, CelConversions.Size, null),
        Test("startsWith", (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        Test("endsWith", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        Test("contains", (text, part) => text.Contains(part, StringComparison.Ordinal)),
    ];

    private static readonly FrozenDictionary<string, CelFunction> s_byName = s_all.ToFrozenDictionary(function => function.Name);

    public delegate CelValue Unary(in CelValue value);

    /// <summary>How a function may be written.</summary>
    public enum Style
    {
        /// <summary><c>f(x)</c></summary>
        Global,

        /// <summary><c>x.f(y)</c></summary>
        Method,

        /// <summary><c>f(x)</c> and <c>x.f()</c></summary>
        Both,
    }

    /// <summary>All names, for error messages.</summary>
    public static string Names { get; } = string.Join(", ", s_all.Select(Written).Append(Nodes.MatchesNode.Usage));

    public static CelFunction? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>How to write it, for error messages.</summary>
    public string Usage => Written(this);

    private static string Written(CelFunction function) =>
        function.Call == Style.Method ? $"string.{function.Name}(string)" : $"{function.Name}(value)";

    private static CelFunction Conversion(string name, CelKind[] accepts, CelType result, Unary convert) =>
        new(name, Style.Global, accepts, result, convert, null);

    private static CelFunction Test(string name, Func<string, string, bool> test) => new(
        name,
        Style.Method,
        [CelKind.String],
        CelType.Bool,
        null,
        (in CelValue text, in CelValue part) => text.Kind == CelKind.String && part.Kind == CelKind.String
            ? CelValue.Bool(test(text.AsString, part.AsString))
            : CelArithmetic.NoOverload(name, text, part));
}

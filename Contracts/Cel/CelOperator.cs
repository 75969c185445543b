using System.Collections.Frozen;

namespace AiGateway.Contracts.Cel;

/// <summary>A strict binary operator: both sides are evaluated, then combined.</summary>
internal sealed record CelOperator(Func<CelType, CelType, CelType?> ResultType, CelOperator.Combine Apply)
{
    private static readonly FrozenDictionary<string, CelOperator> s_all = new Dictionary<string, CelOperator>
    {
        ["+"] = new(Sum, CelArithmetic.Add),
        ["-"] = new(Arithmetic, CelArithmetic.Subtract),
        ["*"] = new(Arithmetic, CelArithmetic.Multiply),
        ["/"] = new(Arithmetic, CelArithmetic.Divide),
        ["%"] = new(Whole, CelArithmetic.Modulo),
        ["=="] = new(Equality, CelComparison.Equal),
        ["!="] = new(Equality, CelComparison.NotEqual),
        ["<"] = new(Order, CelComparison.Less),
        ["<="] = new(Order, CelComparison.LessOrEqual),
        [">"] = new(Order, CelComparison.Greater),
        [">="] = new(Order, CelComparison.GreaterOrEqual),
        ["in"] = new(Membership, CelComparison.In),
    }.ToFrozenDictionary();

    public delegate CelValue Combine(in CelValue left, in CelValue right);

    public static CelOperator Get(string symbol) => s_all[symbol];

    private static CelType? Arithmetic(CelType left, CelType right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Any, _) when right.IsAny || right.IsNumeric => CelType.Number,
        (_, CelKind.Any) when left.IsNumeric => CelType.Number,
        _ when !left.IsNumeric || !right.IsNumeric => null,
        (CelKind.Double, _) or (_, CelKind.Double) => CelType.Double,
        (CelKind.Number, _) or (_, CelKind.Number) => CelType.Number,
        (CelKind.Uint, CelKind.Uint) => CelType.Uint,
        _ => CelType.Int,
    };

    private static CelType? Whole(CelType left, CelType right) =>
        left.Kind == CelKind.Double || right.Kind == CelKind.Double ? null : Arithmetic(left, right);

    private static CelType? Sum(CelType left, CelType right)
    {
        if (left.IsAny && right.IsAny)
            return CelType.Any;
        if (left.CanBe(CelKind.String) && right.CanBe(CelKind.String))
            return CelType.String;
        if (left.Kind == CelKind.List && right.Kind == CelKind.List)
            return CelType.ListOf(CelType.Join(left.Element!, right.Element!) ?? CelType.Any);
        if (left.CanBe(CelKind.List) && right.CanBe(CelKind.List))
            return CelType.ListOf(CelType.Any);
        return Arithmetic(left, right);
    }

    private static CelType? Equality(CelType left, CelType right) => CelType.Join(left, right) is null ? null : CelType.Bool;

    private static CelType? Order(CelType left, CelType right)
    {
        var comparable = (left.IsAny || left.IsNumeric) && (right.IsAny || right.IsNumeric)
            || left.CanBe(CelKind.String) && right.CanBe(CelKind.String)
            || left.CanBe(CelKind.Bool) && right.CanBe(CelKind.Bool);
        return comparable ? CelType.Bool : null;
    }

    private static CelType? Membership(CelType item, CelType container) => container.Kind switch
    {
        CelKind.Any => CelType.Bool,
        CelKind.Map => item.CanBe(CelKind.String) ? CelType.Bool : null,
        CelKind.List => CelType.Join(item, container.Element!) is null ? null : CelType.Bool,
        _ => null,
    };
}

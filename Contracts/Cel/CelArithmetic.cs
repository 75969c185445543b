namespace AiGateway.Contracts.Cel;

/// <summary>
/// <c>+ - * / %</c> and unary minus. Equal kinds behave as in CEL. Mixed kinds, which CEL refuses, follow two rules: with a double
/// the result is a double; an int with a uint is computed exactly and the result is an int. Nothing ever wraps around.
/// </summary>
internal static class CelArithmetic
{
    public static CelValue Add(in CelValue left, in CelValue right)
    {
        if (left.Kind == CelKind.String && right.Kind == CelKind.String)
            return Concatenate(left.AsString, right.AsString);
        if (left.Kind == CelKind.List && right.Kind == CelKind.List)
            return CelValue.List([.. left.AsList, .. right.AsList]);
        return ResultKind(left, right) switch
        {
            CelKind.Error => NoOverload("+", left, right),
            CelKind.Double => CelValue.Double(left.ToDouble() + right.ToDouble()),
            var kind => InRange(left.ToExact() + right.ToExact(), kind),
        };
    }

    public static CelValue Subtract(in CelValue left, in CelValue right) => ResultKind(left, right) switch
    {
        CelKind.Error => NoOverload("-", left, right),
        CelKind.Double => CelValue.Double(left.ToDouble() - right.ToDouble()),
        var kind => InRange(left.ToExact() - right.ToExact(), kind),
    };

    public static CelValue Multiply(in CelValue left, in CelValue right) => ResultKind(left, right) switch
    {
        CelKind.Error => NoOverload("*", left, right),
        CelKind.Double => CelValue.Double(left.ToDouble() * right.ToDouble()),

        // The product of two uints can pass 2^127; it then comes out negative and is refused like any other overflow.
        var kind => InRange(unchecked(left.ToExact() * right.ToExact()), kind),
    };

    public static CelValue Divide(in CelValue left, in CelValue right)
    {
        var kind = ResultKind(left, right);
        if (kind == CelKind.Error)
            return NoOverload("/", left, right);
        if (kind == CelKind.Double)
            return CelValue.Double(left.ToDouble() / right.ToDouble());
        return right.ToExact() == 0 ? CelValue.Error("division by zero") : InRange(left.ToExact() / right.ToExact(), kind);
    }

    public static CelValue Modulo(in CelValue left, in CelValue right)
    {
        var kind = ResultKind(left, right);
        if (kind is CelKind.Error or CelKind.Double)
            return NoOverload("%", left, right);
        return right.ToExact() == 0 ? CelValue.Error("modulus by zero") : InRange(left.ToExact() % right.ToExact(), kind);
    }

    public static CelValue Negate(in CelValue operand) => operand.Kind switch
    {
        CelKind.Double => CelValue.Double(-operand.AsDouble),
        CelKind.Int => InRange(-operand.ToExact(), CelKind.Int),
        _ => CelValue.Error($"'-' cannot be applied to {Name(operand)}"),
    };

    /// <summary>Message for operand kinds that only turn out at run time, as elements of a mixed list do.</summary>
    public static CelValue NoOverload(string operation, in CelValue left, in CelValue right) =>
        CelValue.Error($"'{operation}' cannot be applied to {Name(left)} and {Name(right)}");

    public static string Name(in CelValue value) => value.Kind.ToString().ToLowerInvariant();

    private static CelKind ResultKind(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Uint, CelKind.Uint) => CelKind.Uint,
        (CelKind.Int or CelKind.Uint, CelKind.Int or CelKind.Uint) => CelKind.Int,
        _ when left.IsNumeric && right.IsNumeric => CelKind.Double,
        _ => CelKind.Error,
    };

    private static CelValue InRange(Int128 exact, CelKind kind)
    {
        if (kind == CelKind.Uint)
            return exact >= 0 && exact <= ulong.MaxValue ? CelValue.Uint((ulong)exact) : CelValue.Error("unsigned integer overflow");
        return exact >= long.MinValue && exact <= long.MaxValue ? CelValue.Int((long)exact) : CelValue.Error("integer overflow");
    }

    private static CelValue Concatenate(string left, string right) => left.Length + right.Length <= CelLimits.StringLength
        ? CelValue.String(left + right)
        : CelValue.Error($"the string has more than {CelLimits.StringLength} characters");
}

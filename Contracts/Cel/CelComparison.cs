namespace AiGateway.Contracts.Cel;

/// <summary>
/// Equality, order and membership. Numbers of different kinds are compared by their mathematical value, without rounding; strings
/// by code point, as everywhere in CEL.
/// </summary>
internal static class CelComparison
{
    public static CelValue Equal(in CelValue left, in CelValue right) => CelValue.Bool(AreEqual(left, right));

    public static CelValue NotEqual(in CelValue left, in CelValue right) => CelValue.Bool(!AreEqual(left, right));

    public static CelValue Less(in CelValue left, in CelValue right) => Ordered("<", left, right, order => order < 0);

    public static CelValue LessOrEqual(in CelValue left, in CelValue right) => Ordered("<=", left, right, order => order <= 0);

    public static CelValue Greater(in CelValue left, in CelValue right) => Ordered(">", left, right, order => order > 0);

    public static CelValue GreaterOrEqual(in CelValue left, in CelValue right) => Ordered(">=", left, right, order => order >= 0);

    /// <summary><c>item in list</c> or <c>key in map</c>.</summary>
    public static CelValue In(in CelValue item, in CelValue container)
    {
        if (container.Kind == CelKind.Map && item.Kind == CelKind.String)
            return CelValue.Bool(container.AsMap.ContainsKey(item.AsString));
        if (container.Kind != CelKind.List)
            return CelArithmetic.NoOverload("in", item, container);
        foreach (ref readonly var candidate in container.AsList.AsSpan())
        {
            if (AreEqual(item, candidate))
                return CelValue.Bool(true);
        }

        return CelValue.Bool(false);
    }

    private static bool AreEqual(in CelValue left, in CelValue right)
    {
        if (left.IsNumeric && right.IsNumeric)
            return CompareNumbers(left, right) == 0;
        if (left.Kind != right.Kind)
            return false;
        return left.Kind switch
        {
            CelKind.Null => true,
            CelKind.Bool => left.AsBool == right.AsBool,
            CelKind.String => string.Equals(left.AsString, right.AsString, StringComparison.Ordinal),
            CelKind.List => ListsEqual(left.AsList, right.AsList),
            CelKind.Map => MapsEqual(left.AsMap, right.AsMap),
            _ => false,
        };
    }

    private static bool ListsEqual(CelValue[] left, CelValue[] right)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            if (!AreEqual(left[i], right[i]))
                return false;
        }

        return true;
    }

    private static bool MapsEqual(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && value == entry.Value);

    private static CelValue Ordered(string operation, in CelValue left, in CelValue right, Func<int, bool> holds)
    {
        if (left.IsNumeric && right.IsNumeric)
            return CelValue.Bool(CompareNumbers(left, right) is { } order && holds(order));
        return (left.Kind, right.Kind) switch
        {
            (CelKind.String, CelKind.String) => CelValue.Bool(holds(CompareText(left.AsString, right.AsString))),
            (CelKind.Bool, CelKind.Bool) => CelValue.Bool(holds(left.AsBool.CompareTo(right.AsBool))),
            _ => CelArithmetic.NoOverload(operation, left, right),
        };
    }

    /// <summary>Null when one of them is not a number (NaN), which is neither less, equal nor greater.</summary>
    private static int? CompareNumbers(in CelValue left, in CelValue right)
    {
        if (left.Kind != CelKind.Double && right.Kind != CelKind.Double)
            return left.ToExact().CompareTo(right.ToExact());
        if (left.Kind == CelKind.Double && right.Kind == CelKind.Double)
            return double.IsNaN(left.AsDouble) || double.IsNaN(right.AsDouble) ? null : left.AsDouble.CompareTo(right.AsDouble);
        return left.Kind == CelKind.Double ? -CompareExact(right.ToExact(), left.AsDouble) : CompareExact(left.ToExact(), right.AsDouble);
    }

    /// <summary>Converting the integer to a double would call 2^53 and 2^53 + 1 equal.</summary>
    private static int? CompareExact(Int128 integer, double number)
    {
        const double beyondEveryInteger = 36893488147419103232.0; // 2^65
        if (double.IsNaN(number))
            return null;
        if (Math.Abs(number) >= beyondEveryInteger)
            return number > 0 ? -1 : 1;

        var whole = Math.Truncate(number);
        var order = integer.CompareTo((Int128)whole);
        return order != 0 ? order : whole.CompareTo(number);
    }

    /// <summary>UTF-16 order differs from code point order above U+FFFF, so runes are compared.</summary>
    private static int CompareText(string left, string right)
    {
        var rightRunes = right.EnumerateRunes();
        foreach (var rune in left.EnumerateRunes())
        {
            if (!rightRunes.MoveNext())
                return 1;
            var order = rune.CompareTo(rightRunes.Current);
            if (order != 0)
                return order;
        }

        return rightRunes.MoveNext() ? -1 : 0;
    }
}

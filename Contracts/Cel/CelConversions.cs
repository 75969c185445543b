using System.Globalization;

namespace AiGateway.Contracts.Cel;

/// <summary>
/// <c>int() uint() double() string() bool() size()</c>. A conversion that would change the value by more than a fraction is an error.
/// </summary>
internal static class CelConversions
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;
    private const NumberStyles DoubleStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static CelValue ToInt(in CelValue value) => value.Kind switch
    {
        CelKind.Int => value,
        CelKind.Uint when value.AsUint <= long.MaxValue => CelValue.Int((long)value.AsUint),
        CelKind.Double when value.AsDouble is > -TwoTo63 and < TwoTo63 => CelValue.Int((long)value.AsDouble),
        CelKind.Uint or CelKind.Double => CelValue.Error("integer overflow"),
        CelKind.String when long.TryParse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) =>
            CelValue.Int(parsed),
        _ => Cannot(value, "an int"),
    };

    public static CelValue ToUint(in CelValue value) => value.Kind switch
    {
        CelKind.Uint => value,
        CelKind.Int when value.AsInt >= 0 => CelValue.Uint((ulong)value.AsInt),
        CelKind.Double when value.AsDouble is >= 0 and < TwoTo64 => CelValue.Uint((ulong)value.AsDouble),
        CelKind.Int or CelKind.Double => CelValue.Error("unsigned integer overflow"),
        CelKind.String when ulong.TryParse(value.AsString, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) =>
            CelValue.Uint(parsed),
        _ => Cannot(value, "a uint"),
    };

    public static CelValue ToDouble(in CelValue value) => value.Kind switch
    {
        CelKind.Int or CelKind.Uint or CelKind.Double => CelValue.Double(value.ToDouble()),
        CelKind.String when double.TryParse(value.AsString, DoubleStyle, CultureInfo.InvariantCulture, out var parsed) =>
            CelValue.Double(parsed),
        _ => Cannot(value, "a double"),
    };

    public static CelValue ToText(in CelValue value) => value.Kind switch
    {
        CelKind.String => value,
        CelKind.Int => CelValue.String(value.AsInt.ToString(CultureInfo.InvariantCulture)),
        CelKind.Uint => CelValue.String(value.AsUint.ToString(CultureInfo.InvariantCulture)),
        CelKind.Double => CelValue.String(value.AsDouble.ToString("R", CultureInfo.InvariantCulture)),
        CelKind.Bool => CelValue.String(value.AsBool ? "true" : "false"),
        _ => Cannot(value, "a string"),
    };

    public static CelValue ToBool(in CelValue value) => value.Kind switch
    {
        CelKind.Bool => value,
        CelKind.String when value.AsString is "true" or "True" or "TRUE" or "t" or "T" or "1" => CelValue.Bool(true),
        CelKind.String when value.AsString is "false" or "False" or "FALSE" or "f" or "F" or "0" => CelValue.Bool(false),
        _ => Cannot(value, "a bool"),
    };

    /// <summary>Code points of a string, entries of a list or map.</summary>
    public static CelValue Size(in CelValue value) => value.Kind switch
    {
        CelKind.String => CelValue.Int(CountRunes(value.AsString)),
        CelKind.List => CelValue.Int(value.AsList.Length),
        CelKind.Map => CelValue.Int(value.AsMap.Count),
        _ => CelValue.Error($"{CelArithmetic.Name(value)} has no size"),
    };

    private static int CountRunes(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    // The string itself stays out of the message: it may be a request header.
    private static CelValue Cannot(in CelValue value, string target) => CelValue.Error(
        value.Kind == CelKind.String ? $"this string is not {target}" : $"{CelArithmetic.Name(value)} cannot become {target}");
}

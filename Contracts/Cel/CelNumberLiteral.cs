using System.Globalization;

namespace AiGateway.Contracts.Cel;

/// <summary>Values of number tokens.</summary>
internal static class CelNumberLiteral
{
    public static CelValue Parse(CelToken token, bool negative) => token.Kind switch
    {
        CelTokenKind.Double => ParseDouble(token.Text, negative),
        CelTokenKind.Uint => TryMagnitude(token.Text, out var value)
            ? CelValue.Uint(value)
            : CelValue.Error("this number does not fit a uint"),
        _ => ParseInt(token.Text, negative),
    };

    private static CelValue ParseInt(string text, bool negative)
    {
        if (!TryMagnitude(text, out var magnitude) || magnitude > (ulong)long.MaxValue + (negative ? 1u : 0u))
            return CelValue.Error("this number does not fit an int");
        return CelValue.Int(negative ? unchecked(-(long)magnitude) : (long)magnitude);
    }

    private static CelValue ParseDouble(string text, bool negative)
    {
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value))
            return CelValue.Error("this number does not fit a double");
        return CelValue.Double(negative ? -value : value);
    }

    private static bool TryMagnitude(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

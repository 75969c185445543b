using System.Diagnostics.CodeAnalysis;

namespace AiGateway.Contracts.Cel;

/// <summary>Turns the value of an expression into a cost: a whole number that is not negative.</summary>
internal static class CostResult
{
    private const double TwoTo64 = 18446744073709551616.0;

    /// <summary>
    /// 0.07 * 100.0 is 7.000000000000001 in doubles and must cost 7, not 8. Rounding errors of a few operations stay below this
    /// share of the value; a price that really lies so little above a whole number does not exist.
    /// </summary>
    private const double RoundingNoise = 1.0 / (1L << 44);

    /// <summary>Keeps the fraction of a very large value from passing for noise.</summary>
    private const double LargestNoise = 1e-6;

    public static bool TryConvert(in CelValue result, out ulong value, [NotNullWhen(false)] out string? error)
    {
        (value, error) = result.Kind switch
        {
            CelKind.Uint => (result.AsUint, null),
            CelKind.Int => result.AsInt >= 0 ? ((ulong)result.AsInt, null) : (0UL, "the cost is negative"),
            CelKind.Double => RoundUp(result.AsDouble),
            CelKind.Error => (0UL, result.Message),
            _ => (0UL, $"a cost must be a number, this is {CelArithmetic.Name(result)}"),
        };
        return error is null;
    }

    private static (ulong Value, string? Error) RoundUp(double exact)
    {
        if (!double.IsFinite(exact))
            return (0, "the cost is not a finite number");
        if (exact < 0)
            return (0, "the cost is negative");

        var whole = Math.Floor(exact);
        if (exact - whole > Math.Min(exact * RoundingNoise, LargestNoise))
            whole++;
        return whole < TwoTo64 ? ((ulong)whole, null) : (0, "the cost does not fit 64 bits");
    }
}

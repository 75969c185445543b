using System.Buffers;
using System.Globalization;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Kubernetes quantities, as far as sizes in bytes go.</summary>
internal static class Quantity
{
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.AsSpan().IndexOfAnyExcept(s_digits);
        var number = digits < 0 ? text.AsSpan() : text.AsSpan(0, digits);
        decimal? factor = (digits < 0 ? string.Empty : text[digits..]) switch
        {
            "" => 1,
            "k" => 1_000,
            "M" => 1_000_000,
            "G" => 1_000_000_000,
            "Ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            "Ti" => 1L << 40,
            _ => null,
        };
        if (factor is null || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        if (value > long.MaxValue / factor.Value) return false;
        bytes = (long)decimal.Ceiling(value * factor.Value);
        return true;
    }
}

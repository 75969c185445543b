using System.Globalization;

namespace AiGateway.Cli.Commands;

/// <summary>Durations as people type them.</summary>
internal static class Duration
{
    /// <summary><c>10s</c>, <c>500ms</c>, <c>1.5m</c>, or a bare number of seconds.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var (digits, unit) = text switch
        {
            [.. var head, 'm', 's'] => (head, 0.001),
            [.. var head, 's'] => (head, 1d),
            [.. var head, 'm'] => (head, 60d),
            _ => (text, 1d),
        };
        duration = default;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * unit > TimeSpan.FromDays(1).TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds(number * unit);
        return true;
    }
}

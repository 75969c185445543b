using System.Globalization;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>The value of <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const long Most = 99_999_999;

    /// <summary>Writes a limit in the finest unit from milliseconds on that holds it, rounded up so that the peer never gives up before we do.</summary>
    public static string Format(TimeSpan limit)
    {
        ReadOnlySpan<(long Ticks, char Unit)> units = [(TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'), (TimeSpan.TicksPerMinute, 'M'), (TimeSpan.TicksPerHour, 'H')];
        foreach (var (ticks, unit) in units)
        {
            var count = Math.Max(0, limit.Ticks / ticks + (limit.Ticks % ticks > 0 ? 1 : 0));
            if (count <= Most) return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Most}H");
    }

    /// <returns>False when the text is no limit.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan limit)
    {
        limit = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        var ticks = text[^1] switch
        {
            'H' => count * TimeSpan.TicksPerHour,
            'M' => count * TimeSpan.TicksPerMinute,
            'S' => count * TimeSpan.TicksPerSecond,
            'm' => count * TimeSpan.TicksPerMillisecond,
            'u' => count * TimeSpan.TicksPerMicrosecond,
            'n' => (count + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick,
            _ => -1,
        };
        limit = TimeSpan.FromTicks(ticks);
        return ticks >= 0;
    }
}

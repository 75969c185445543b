namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Gateway API durations: <c>1h30m</c>, <c>500ms</c>, <c>0s</c>; no days, fractions or signs.</summary>
internal static class DurationText
{
    /// <summary>Reads a text that already has the right form.</summary>
    public static TimeSpan Parse(string text)
    {
        long milliseconds = 0;
        for (var at = 0; at < text.Length;)
        {
            long number = 0;
            while (char.IsAsciiDigit(text[at])) number = (number * 10) + (text[at++] - '0');
            var isMilliseconds = text.AsSpan(at).StartsWith("ms");
            milliseconds += number * (isMilliseconds ? 1 : text[at] switch { 'h' => 3_600_000, 'm' => 60_000, _ => 1000 });
            at += isMilliseconds ? 2 : 1;
        }

        return TimeSpan.FromMilliseconds(milliseconds);
    }
}

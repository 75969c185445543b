namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>How long to wait before the next attempt: doubling from half a second to half a minute, spread so that many gateways do not return together.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(500), s_longest = TimeSpan.FromSeconds(30);

    /// <summary>A sink may ask for patience, but not silence us for hours by a wrong clock.</summary>
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromMinutes(5);

    private TimeSpan _next = s_first;

    public void Reset() => _next = s_first;

    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var current = _next;
        _next = current * 2 < s_longest ? current * 2 : s_longest;
        // Not for security; any spread does.
#pragma warning disable CA5394
        var share = Random.Shared.NextDouble();
#pragma warning restore CA5394
        if (retryAfter is not { } asked) return current * (0.5 + (share / 2));
        var wait = asked < s_longestRetryAfter ? asked : s_longestRetryAfter;
        return wait + (wait * (0.1 * share)); // Never earlier than asked.
    }
}

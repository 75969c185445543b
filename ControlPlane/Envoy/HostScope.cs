namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// Hosts as exact names, <c>*.suffix</c> or null for all, and which covers which. Envoy chooses one virtual host, the most specific, and never looks into
/// another one; so every host that anything names gets a virtual host with all routes that cover it.
/// </summary>
internal static class HostScope
{
    /// <summary>Whether every host of <paramref name="host"/> is one of <paramref name="pattern"/>.</summary>
    public static bool Covers(string? pattern, string? host)
    {
        if (pattern is null || pattern == host) return true;
        return host is not null && pattern.StartsWith("*.", StringComparison.Ordinal) && host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..], StringComparison.Ordinal);
    }

    /// <summary>Hosts that are in both; false when there are none.</summary>
    public static bool TryIntersect(string? one, string? other, out string? both)
    {
        both = Covers(one, other) ? other : one;
        return Covers(one, other) || Covers(other, one);
    }

    /// <summary>Order of precedence: exact names before wildcards, longer before shorter, all hosts last. Larger wins.</summary>
    public static int Specificity(string? pattern) => pattern switch
    {
        null => 0,
        _ when pattern.StartsWith("*.", StringComparison.Ordinal) => pattern.Length,
        _ => 1000 + pattern.Length,
    };

    /// <summary>The most specific of <paramref name="patterns"/> that covers a host; false when none does. No patterns at all cover every host.</summary>
    public static bool TryBest(IReadOnlyList<string> patterns, string? host, out string? best)
    {
        best = patterns.Where(pattern => Covers(pattern, host)).MaxBy(Specificity);
        return best is not null || patterns.Count == 0;
    }
}

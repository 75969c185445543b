namespace AiGateway.DataPlane.Routing;

/// <summary>A host name or <c>*.suffix</c>. A wildcard covers one or more labels, as in the Gateway API; the same matcher serves routing and model lists.</summary>
public static class HostPattern
{
    /// <summary>Whether <paramref name="host"/> (lower case, no port) is covered; a null pattern covers every host.</summary>
    public static bool Matches(string? pattern, ReadOnlySpan<char> host)
    {
        if (pattern is null) return true;
        if (!pattern.StartsWith("*.", StringComparison.Ordinal)) return host.Equals(pattern, StringComparison.OrdinalIgnoreCase);
        var suffix = pattern.AsSpan(1);
        return host.Length > suffix.Length && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Order of precedence: exact names before wildcards, longer before shorter, none last. Larger wins.</summary>
    public static int Specificity(string? pattern) => pattern switch
    {
        null => 0,
        _ when pattern.StartsWith("*.", StringComparison.Ordinal) => pattern.Length,
        _ => 1000 + pattern.Length,
    };

    /// <summary>The host part of a Host header: without port, brackets kept for IPv6.</summary>
    public static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        return colon > 0 && host[(colon + 1)..].IndexOf(']') < 0 ? host[..colon] : host;
    }
}

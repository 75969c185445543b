namespace AiGateway.ControlPlane.Compilation;

/// <summary>Host names and wildcards of the Gateway API: <c>*.example.com</c> covers one or more labels in front.</summary>
internal static class Hostnames
{
    /// <summary>True when some host is covered by both.</summary>
    public static bool Intersect(string left, string right)
    {
        if (string.Equals(left, right, StringComparison.OrdinalIgnoreCase)) return true;
        var leftWild = left.StartsWith("*.", StringComparison.Ordinal);
        var rightWild = right.StartsWith("*.", StringComparison.Ordinal);
        if (leftWild && Covers(left, right)) return true;
        return rightWild && Covers(right, left);
    }

    private static bool Covers(string wildcard, string host) =>
        host.Length > wildcard.Length - 1 && host.EndsWith(wildcard[1..], StringComparison.OrdinalIgnoreCase);
}

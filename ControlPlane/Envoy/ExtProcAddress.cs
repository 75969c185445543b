using System.Globalization;
using System.Net;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Where the external processing service listens.</summary>
/// <param name="Host">DNS name or IP address; null for a Unix socket.</param>
/// <param name="Port">TCP port; 0 for a Unix socket.</param>
/// <param name="UnixPath">Socket path; null for TCP.</param>
public sealed record ExtProcAddress(string? Host, int Port, string? UnixPath)
{
    private const string UnixScheme = "unix://";

    /// <summary>The service's own default, on the same machine.</summary>
    public static ExtProcAddress Default { get; } = new("127.0.0.1", 1063, null);

    /// <summary>Reads <c>host:port</c>, <c>:port</c> (this machine) or <c>unix:///path</c>.</summary>
    /// <param name="text">As the operator wrote it.</param>
    /// <param name="address">What it says; null when it cannot be read.</param>
    public static bool TryParse(string text, out ExtProcAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        if (text.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            var path = text[UnixScheme.Length..];
            address = path.StartsWith('/') ? new ExtProcAddress(null, 0, path) : null;
            return address is not null;
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535) return false;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal) || host.Contains('/', StringComparison.Ordinal)) return false;
        address = new ExtProcAddress(host.Length == 0 ? Default.Host : host, port, null);
        return true;
    }

    /// <summary>Whether Envoy has to resolve a name.</summary>
    internal bool IsName => Host is not null && !IPAddress.TryParse(Host, out _);
}

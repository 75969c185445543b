using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace AiGateway.Cli.AutoConfig;

/// <summary>Where a provider is, taken from a base URL.</summary>
/// <param name="Host">Name or IP address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Tls">True for https.</param>
/// <param name="Prefix">Path without slashes at the ends.</param>
internal sealed record ProviderEndpoint(string Host, int Port, bool Tls, string Prefix)
{
    /// <summary>True when <see cref="Host"/> is an address.</summary>
    public bool IsAddress => IPAddress.TryParse(Host, out _);

    /// <summary>Reads an http or https URL.</summary>
    public static bool TryParse(string url, [NotNullWhen(true)] out ProviderEndpoint? endpoint)
    {
        endpoint = null;
        if (!Uri.TryCreate(url.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return false;
        endpoint = new ProviderEndpoint(uri.HostNameType == UriHostNameType.IPv6 ? uri.Host.Trim('[', ']') : uri.Host, uri.Port, uri.Scheme == "https", uri.AbsolutePath.Trim('/'));
        return true;
    }
}

using System.Collections.Frozen;
using AiGateway.DataPlane.Configuration;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>
/// Which headers cross the gateway. Hop-by-hop headers (RFC 9110 section 7.6.1), the gateway's own control headers, forwarding claims and cookies of the
/// client never reach a provider; its credentials only when the backend has none of its own (docs/decisions/0005-header-policy.md).
/// </summary>
public static class HeaderPolicy
{
    private static readonly FrozenSet<string> s_neverUp = new[]
    {
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
        "host", "content-length", "content-type", "content-encoding", "content-md5", "content-digest", "repr-digest", "expect", "accept-encoding",
        "cookie", "forwarded", "x-real-ip", "via", "x-request-id", "traceparent", "tracestate", "baggage",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> s_clientCredentials = new[] { "authorization", "x-api-key", "api-key", "x-goog-api-key" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> s_neverDown = new[]
    {
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade",
        "content-length", "alt-svc", "strict-transport-security", "x-request-id", "set-cookie", "date", "server",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> s_frames = new[] { "connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> s_describesBody = new[]
    {
        "allow", "content-disposition", "content-encoding", "content-language", "content-length", "content-location", "content-md5", "content-range", "content-type",
        "expires", "last-modified",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a client's header goes to the provider. Content headers are set by the sender.</summary>
    public static bool GoesUp(string name, RuntimeBackend backend)
    {
        if (s_neverUp.Contains(name)) return false;
        if (name.Length > 2 && (name[0] | 0x20) == 'x' && name[1] == '-' && IsOurs(name)) return false;
        if (backend.Credential is { } credential)
        {
            if (s_clientCredentials.Contains(name)) return false;
            if (credential.OverrideHeader is { } header && name.Equals(header, StringComparison.OrdinalIgnoreCase)) return false;
        }

        if (backend.Spec.HeaderMutation is not { } mutation) return true;
        foreach (var removed in mutation.Remove)
        {
            if (name.Equals(removed, StringComparison.OrdinalIgnoreCase)) return false;
        }

        foreach (var (set, _) in mutation.Set)
        {
            if (name.Equals(set, StringComparison.OrdinalIgnoreCase)) return false;
        }

        return true;
    }

    /// <summary>The client's own credentials, which go to a backend that has none.</summary>
    public static IEnumerable<string> ClientCredentials(IRequestHead head) => s_clientCredentials.Select(head.Header).OfType<string>();

    /// <summary>Whether a provider's response header goes to the client. Content length is set by the sender.</summary>
    public static bool GoesDown(string name) => !s_neverDown.Contains(name);

    /// <summary>Whether a <c>Connection</c> header makes another header hop-by-hop by naming it.</summary>
    public static bool Names(ReadOnlySpan<char> connection, string header)
    {
        foreach (var option in connection.Split(','))
        {
            if (connection[option].Trim().Equals(header, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>Whether a header belongs to the body (RFC 9110 section 8) and not to the message.</summary>
    public static bool DescribesBody(string name) => s_describesBody.Contains(name);

    /// <summary>Whether a header mutation may touch a name: not what frames the message, and not the gateway's own.</summary>
    public static bool Mutable(string name) =>
        !s_frames.Contains(name) && !name.StartsWith(':') && !name.StartsWith("x-ai-eg-", StringComparison.OrdinalIgnoreCase) && !name.Equals("x-envoy-original-path", StringComparison.OrdinalIgnoreCase);

    private static bool IsOurs(string name) =>
        name.StartsWith("x-ai-eg-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-aigw-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-envoy-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("x-gateway-destination-endpoint", StringComparison.OrdinalIgnoreCase);
}

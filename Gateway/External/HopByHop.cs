using System.Collections.Frozen;
using AiGateway.DataPlane.Exchanges;

namespace AiGateway.Gateway.External;

/// <summary>Headers of one connection, which no proxy passes on (RFC 9110 section 7.6.1).</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> s_names = new[] { "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header is one.</summary>
    /// <param name="name">The header.</param>
    /// <param name="connection">Value of the message's <c>connection</c> header, which may name more.</param>
    public static bool Is(string name, string? connection = null) => s_names.Contains(name) || (connection is not null && HeaderPolicy.Names(connection, name));
}

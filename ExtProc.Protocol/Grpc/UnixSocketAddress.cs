using System.Diagnostics.CodeAnalysis;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Addresses such as <c>unix:/run/service.sock</c> and <c>unix:///run/service.sock</c>, as gRPC writes them.</summary>
internal static class UnixSocketAddress
{
    private const string Scheme = "unix:";

    public static bool TryParse(string address, [NotNullWhen(true)] out string? path)
    {
        path = null;
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        path = address[Scheme.Length..];
        if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
        if (path.Length > 0) return true;
        path = null;
        return false;
    }
}

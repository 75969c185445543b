using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>How Kestrel listens for gRPC: HTTP/2 from the first byte, without TLS, with windows and stream counts that suit a proxy in front.</summary>
/// <remarks>The limits hold for all ports of a host, so gRPC wants a host of its own. Kestrel answers pings and drains with GOAWAY when the host stops.</remarks>
public static class GrpcListener
{
    /// <summary>
    /// Calls at once on one connection. Envoy holds a call for each request in flight and may open more than the number it was told before it has read that
    /// number; what is refused then is a failed request, so the number is out of reach.
    /// </summary>
    public const int MaxStreamsPerConnection = 16_384;

    private const int StreamWindowBytes = 1 << 20;
    private const int ConnectionWindowBytes = 8 << 20;

    // Whoever is in the socket's group may call: proxy and service run as different users.
    private const UnixFileMode SocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Listens on an address, limits included.</summary>
    /// <param name="host">The web host.</param>
    /// <param name="address"><c>127.0.0.1:1063</c>, <c>[::1]:1063</c>, <c>*:1063</c> (port 0: the system chooses) or <c>unix:/path</c>.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public static IWebHostBuilder UseGrpcListener(this IWebHostBuilder host, string address)
    {
        var listen = ListenOn(address) ?? throw new FormatException($"'{address}' is no address to listen on: write IP:port, *:port or unix:/path.");
        return host.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.AllowAlternateSchemes = true; // a proxy may pass its client's https on over plain text
                Configure(kestrel.Limits);
                listen(kestrel);
            })
            .ConfigureServices(services => services.Configure<SocketTransportOptions>(Configure));
    }

    /// <summary>Whether <see cref="UseGrpcListener"/> takes an address.</summary>
    public static bool IsAddress(string address) => ListenOn(address) is not null;

    /// <summary>Limits of the host.</summary>
    public static void Configure(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromMinutes(1); // finds a peer that went without a word
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    /// <summary>Protocol of a port.</summary>
    public static void Configure(ListenOptions listen) => listen.Protocols = HttpProtocols.Http2;

    /// <summary>Unix sockets: a file left by a process that died is removed, and the group may connect (mode 0775).</summary>
    public static void Configure(SocketTransportOptions sockets)
    {
        var bind = sockets.CreateBoundListenSocket;
        sockets.CreateBoundListenSocket = endPoint => endPoint is UnixDomainSocketEndPoint ? BindUnixSocket(endPoint, bind) : bind(endPoint);
    }

    private static Socket BindUnixSocket(EndPoint endPoint, Func<EndPoint, Socket> bind)
    {
        var path = endPoint.ToString()!;
        if (path.StartsWith('@')) return bind(endPoint); // abstract: no file
        RemoveStale(path, endPoint);
        var socket = bind(endPoint);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, SocketMode);
        return socket;
    }

    private static void RemoveStale(string path, EndPoint endPoint)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return;
        if (file.Length > 0) throw new IOException($"{path} is a file with content, not a socket.");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            file.Delete();
            return;
        }

        throw new IOException($"Socket {path} is in use by another process.");
    }

    private static Action<KestrelServerOptions>? ListenOn(string address)
    {
        if (UnixSocketAddress.TryParse(address, out var path)) return kestrel => kestrel.ListenUnixSocket(path, Configure);
        if (address.StartsWith("*:", StringComparison.Ordinal) && ushort.TryParse(address.AsSpan(2), out var port)) return kestrel => kestrel.ListenAnyIP(port, Configure);
        return address.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(address, out var endPoint) ? kestrel => kestrel.Listen(endPoint, Configure) : null;
    }
}

using System.Net;
using System.Net.Sockets;

namespace AiGateway.TestSupport;

/// <summary>For programs that cannot be given port 0. Prefer port 0 wherever the program can report what it got.</summary>
public static class FreePort
{
    /// <summary>
    /// A port of 127.0.0.1 that was free a moment ago. Another process may take it before it is used; the kernel hands out
    /// ports in turn, which makes that rare.
    /// </summary>
    public static int Find()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}

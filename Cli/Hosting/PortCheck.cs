using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AiGateway.Cli.Commands;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.Cli.Hosting;

/// <summary>Turns "address in use" into a sentence that says what to do.</summary>
internal static class PortCheck
{
    /// <summary>The port that could not be had, with the way out; null when every port is free.</summary>
    public static string? Problem(RunOptions options, GatewaySnapshot snapshot)
    {
        if (IsTaken(options.AdminPort))
            return Sentence(options.AdminPort, "the admin port", "--admin-port N or AIGW_ADMIN_PORT");
        foreach (var port in snapshot.Listeners.Select(listener => options.Port ?? listener.Port).Distinct().Where(IsTaken))
            return Sentence(port, "a listener", snapshot.Listeners.Count == 1 ? "--port N or AIGW_PORT" : "listeners[].port of the Gateway");
        return null;
    }

    private static string Sentence(int port, string user, string remedy) => string.Create(CultureInfo.InvariantCulture,
        $"port {port} ({user}) is taken, perhaps by another aigw; end that one, or choose another port with {remedy} (0 takes a free one).");

    private static bool IsTaken(int port)
    {
        if (port == 0)
            return false;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

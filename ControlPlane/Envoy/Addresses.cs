using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Addresses in Envoy's words.</summary>
internal static class Addresses
{
    public static JsonObject Tcp(string host, int port)
    {
        var socket = new JsonObject { ["address"] = host, ["port_value"] = port };
        // The IPv6 wildcard alone would not take IPv4 connections.
        if (host == "::") socket["ipv4_compat"] = true;
        return new JsonObject { ["socket_address"] = socket };
    }

    public static JsonObject Unix(string path) => new() { ["pipe"] = new JsonObject { ["path"] = path } };
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using AiGateway.Gateway;

namespace AiGateway.Cli.Commands;

/// <summary>Reads <c>--resolve HOST:PORT:ADDRESS[:PORT]</c>, as curl has it, with a port of its own for the address.</summary>
internal static class ResolveRule
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ResolveOverride? rule)
    {
        rule = null;
        var parts = text.Split(':', 3);
        if (parts.Length < 3 || parts[0].Length == 0 || !TryPort(parts[1], out var port) || !TryTarget(parts[2], port, out var target))
            return false;
        rule = new ResolveOverride(parts[0].ToLowerInvariant(), port, target);
        return true;
    }

    private static bool TryTarget(string text, int fallbackPort, [NotNullWhen(true)] out IPEndPoint? target)
    {
        target = null;
        string host;
        string rest;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0)
                return false;
            (host, rest) = (text[1..end], text[(end + 1)..]);
        }
        else
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            (host, rest) = colon < 0 ? (text, "") : (text[..colon], text[colon..]);
        }

        var port = fallbackPort;
        if (rest.Length > 0 && !(rest[0] == ':' && TryPort(rest[1..], out port)))
            return false;
        if (!IPAddress.TryParse(host, out var address) || (host.Contains('.', StringComparison.Ordinal) && host.Count(static c => c == '.') != 3 && !host.Contains(':', StringComparison.Ordinal)))
            return false;
        target = new IPEndPoint(address, port);
        return true;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}

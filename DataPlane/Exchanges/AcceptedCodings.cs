using System.Globalization;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Which content codings a provider may use for its answer (RFC 9110 section 12.5.3).</summary>
public static class AcceptedCodings
{
    /// <summary>Codings that both the client and the gateway can read; none for streams, which would arrive in compressor-sized lumps.</summary>
    /// <param name="exchange">Says whether a stream is wanted.</param>
    /// <param name="accepted">The client's <c>accept-encoding</c>, or null.</param>
    /// <returns>Value of <c>accept-encoding</c> towards the provider.</returns>
    public static string For(Exchange exchange, string? accepted)
    {
        if (exchange.StreamRequested || string.IsNullOrEmpty(accepted)) return "identity";
        return (Takes(accepted, "gzip"), Takes(accepted, "br")) switch
        {
            (true, true) => "gzip, br",
            (true, false) => "gzip",
            (false, true) => "br",
            _ => "identity",
        };
    }

    /// <summary>Whether a client takes a coding: named with a weight above zero, or covered by <c>*</c> and not refused by name.</summary>
    public static bool Takes(ReadOnlySpan<char> accepted, ReadOnlySpan<char> coding)
    {
        var any = false;
        foreach (var range in accepted.Split(','))
        {
            var entry = accepted[range];
            var semicolon = entry.IndexOf(';');
            var name = (semicolon < 0 ? entry : entry[..semicolon]).Trim();
            var refused = semicolon >= 0 && Weight(entry[(semicolon + 1)..]) == 0;
            if (name.Equals(coding, StringComparison.OrdinalIgnoreCase)) return !refused;
            if (name is "*") any = !refused;
        }

        return any;
    }

    private static double Weight(ReadOnlySpan<char> parameter)
    {
        parameter = parameter.Trim();
        if (!parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)) return 1;
        return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) ? weight : 1;
    }
}

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Which content codings a provider may use for its answer.</summary>
public static class AcceptedCodings
{
    /// <summary>Codings that both the client and the gateway can read; none for streams, which would arrive in compressor-sized lumps.</summary>
    /// <param name="exchange">Says whether a stream is wanted.</param>
    /// <param name="accepted">The client's <c>accept-encoding</c>, or null.</param>
    /// <returns>Value of <c>accept-encoding</c> towards the provider.</returns>
    public static string For(Exchange exchange, string? accepted)
    {
        if (exchange.StreamRequested || string.IsNullOrEmpty(accepted)) return "identity";
        var gzip = accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase);
        var brotli = accepted.Contains("br", StringComparison.OrdinalIgnoreCase);
        return (gzip, brotli) switch
        {
            (true, true) => "gzip, br",
            (true, false) => "gzip",
            (false, true) => "br",
            _ => "identity",
        };
    }
}

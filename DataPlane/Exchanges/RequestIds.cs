namespace AiGateway.DataPlane.Exchanges;

/// <summary>The id by which client, log and provider talk about a request.</summary>
public static class RequestIds
{
    private const int Longest = 128;

    /// <summary>The client's <c>x-request-id</c> when it is harmless, else the exchange's own id.</summary>
    public static string For(string? fromClient, Guid exchange) => fromClient is { Length: > 0 and <= Longest } && fromClient.AsSpan().IndexOfAnyExcept(s_allowed) < 0
        ? fromClient
        : exchange.ToString();

    private static readonly System.Buffers.SearchValues<char> s_allowed =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");
}

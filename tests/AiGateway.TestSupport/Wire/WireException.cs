namespace AiGateway.TestSupport.Wire;

/// <summary>The other side broke the HTTP/1.1 framing, or stopped in the middle of a message.</summary>
public sealed class WireException : IOException
{
    public WireException()
    {
    }

    public WireException(string message)
        : base(message)
    {
    }

    public WireException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The connection was closed in the middle of a message, which was well formed so far.</summary>
    public bool IsTruncation { get; private init; }

    public static WireException Truncated(string message) => new(message) { IsTruncation = true };
}

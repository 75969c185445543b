namespace AiGateway.TestSupport.Wire;

/// <summary>How a response body ended.</summary>
public enum BodyEnd
{
    /// <summary>Where its framing said.</summary>
    Complete,

    /// <summary>The connection was closed before.</summary>
    ClosedEarly,

    /// <summary>The connection was reset.</summary>
    Reset,

    /// <summary>The framing was broken.</summary>
    Malformed,
}

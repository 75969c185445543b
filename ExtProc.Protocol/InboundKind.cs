namespace AiGateway.ExtProc.Protocol;

/// <summary>Which part of an HTTP exchange a message of Envoy carries.</summary>
public enum InboundKind
{
    /// <summary>The client's headers.</summary>
    RequestHeaders,

    /// <summary>The backend's headers.</summary>
    ResponseHeaders,

    /// <summary>All or a piece of the client's body.</summary>
    RequestBody,

    /// <summary>All or a piece of the backend's body.</summary>
    ResponseBody,

    /// <summary>What follows the client's body.</summary>
    RequestTrailers,

    /// <summary>What follows the backend's body.</summary>
    ResponseTrailers,

    /// <summary>None that this version knows.</summary>
    Unknown,
}

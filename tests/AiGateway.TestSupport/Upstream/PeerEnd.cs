namespace AiGateway.TestSupport.Upstream;

/// <summary>How the other side left.</summary>
public enum PeerEnd
{
    /// <summary>It closed in the regular way (FIN).</summary>
    Closed,

    /// <summary>It reset the connection, or the HTTP/2 stream.</summary>
    Reset,
}

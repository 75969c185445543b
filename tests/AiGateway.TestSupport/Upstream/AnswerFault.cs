namespace AiGateway.TestSupport.Upstream;

/// <summary>What goes wrong with an answer.</summary>
public enum FaultKind
{
    /// <summary>Nothing more is sent; the connection stays open until the other side gives up.</summary>
    Stall,

    /// <summary>The connection is reset (RST).</summary>
    Reset,

    /// <summary>The connection is closed in the regular way (FIN), too early.</summary>
    End,
}

/// <param name="Kind">What happens.</param>
/// <param name="AfterBytes">After this many bytes of the body; -1: before the head.</param>
public sealed record AnswerFault(FaultKind Kind, long AfterBytes)
{
    public const long BeforeHead = -1;
}

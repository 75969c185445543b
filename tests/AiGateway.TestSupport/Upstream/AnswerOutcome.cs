namespace AiGateway.TestSupport.Upstream;

/// <summary>How an answer ended, as the upstream saw it.</summary>
public enum AnswerOutcome
{
    /// <summary>Every byte was handed to the network.</summary>
    Sent,

    /// <summary>The scripted fault happened.</summary>
    Faulted,

    /// <summary>The other side went away first.</summary>
    PeerGone,

    /// <summary>The test ended while the answer was under way.</summary>
    UpstreamStopped,
}

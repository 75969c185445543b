namespace AiGateway.TestSupport.Upstream;

/// <summary>What the upstream does with a request body.</summary>
public enum RequestBodyPolicy
{
    /// <summary>Reads it whole, then answers.</summary>
    ReadFirst,

    /// <summary>Answers as soon as the head is there, then reads the body.</summary>
    AnswerFirst,

    /// <summary>Answers as soon as the head is there and closes. Body bytes that lie unread make the kernel reset the connection.</summary>
    Ignore,

    /// <summary>Neither reads the body nor answers: the sender's window fills up.</summary>
    StopReading,
}

namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>What came of sending a recording again.</summary>
/// <param name="Streams">Streams that were opened.</param>
/// <param name="Answers">Answers and final statuses that were compared.</param>
/// <param name="Skipped">Streams that were left out, because records of their exchange are missing.</param>
/// <param name="Differences">Empty when the service answers as it did.</param>
public sealed record ReplayReport(int Streams, int Answers, int Skipped, IReadOnlyList<ReplayDifference> Differences);

/// <summary>An answer that is not what it was.</summary>
/// <param name="Stream">Number of the stream in the recording.</param>
/// <param name="StreamName">Which filter's it is, and about what.</param>
/// <param name="Message">Number of the message in its stream that was answered; 1 is the first.</param>
/// <param name="Text">What differs.</param>
public sealed record ReplayDifference(long Stream, string StreamName, int Message, string Text);

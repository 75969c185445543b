namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>How a recording is sent again.</summary>
public sealed record ReplayOptions
{
    /// <summary>Only the exchange that has this stream; null sends all.</summary>
    public long? Stream { get; init; }

    /// <summary>Keep the recorded pauses, and run at once what ran at once. Otherwise each message follows its predecessor's answer, one exchange after the other.</summary>
    public bool OriginalTiming { get; init; }

    /// <summary>Longest wait for an answer.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

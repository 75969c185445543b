namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>One record of a recording.</summary>
/// <param name="Stream">Number of the stream, unique in the file.</param>
/// <param name="At">Time since the file was begun.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Payload">Protobuf bytes of a message; what <see cref="RecordingFormat"/> says for the others.</param>
public readonly record struct RecordedEvent(long Stream, TimeSpan At, RecordedEventKind Kind, ReadOnlyMemory<byte> Payload);

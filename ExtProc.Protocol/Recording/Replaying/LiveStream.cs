using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>A recorded stream that is being played again.</summary>
internal sealed class LiveStream(RecordedStream recorded, DuplexCall<InboundMessage, ProcessingResponse> call, bool keepsBodies) : IAsyncDisposable
{
    public RecordedStream Recorded { get; } = recorded;

    public DuplexCall<InboundMessage, ProcessingResponse> Call { get; } = call;

    /// <summary>Cleans live answers as the recorder cleaned the recorded ones.</summary>
    public MessageRedaction Redaction { get; } = new(keepsBodies);

    /// <summary>Messages sent so far.</summary>
    public int Messages { get; set; }

    /// <summary>It has ended, or has gone another way than the recording: nothing more of it can be compared.</summary>
    public bool IsOver { get; set; }

    public ValueTask DisposeAsync() => Call.DisposeAsync();
}

using System.Buffers;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>
/// Records one stream, on either of its sides. Methods copy what they get and return at once; nothing they do can fail or delay the stream. Callers hold
/// it as null when the stream is not recorded: <c>recording?.Request(message)</c>.
/// </summary>
public sealed class StreamRecording
{
    private static readonly InboundCodec s_requests = new();

    private readonly FlightRecorder _recorder;
    private readonly bool _isAttempt;
    private string? _given;
    private volatile bool _dropped;
    private int _ended;

    internal StreamRecording(FlightRecorder recorder, long number, StreamRecording? exchange, bool isAttempt, bool keepsBodies)
    {
        _recorder = recorder;
        Number = number;
        Exchange = exchange;
        _isAttempt = isAttempt;
        Redaction = new MessageRedaction(keepsBodies);
    }

    internal long Number { get; }

    /// <summary>First stream of the exchange that this is an attempt of.</summary>
    internal StreamRecording? Exchange { get; }

    /// <summary>The file it goes to. The writer's.</summary>
    internal RecordingFile? File { get; set; }

    /// <summary>State of its redaction. The writer's.</summary>
    internal MessageRedaction Redaction { get; }

    /// <summary>Nothing more of it is recorded.</summary>
    internal bool IsDropped
    {
        get => _dropped;
        set => _dropped = value;
    }

    /// <summary>A message to the service. <see cref="FlightRecorder.Begin"/> has recorded the first one.</summary>
    public void Request(in InboundMessage message)
    {
        if (IsDropped) return;
        var bytes = new ArrayBufferWriter<byte>(Math.Max(16, s_requests.Size(message)));
        s_requests.Write(message, bytes);
        _recorder.Add(this, RecordedEventKind.Request, bytes.WrittenMemory);
    }

    /// <summary>An answer of the service.</summary>
    public void Response(ProcessingResponse message)
    {
        if (IsDropped) return;
        if (!_isAttempt && _given is null && ExchangeJoin.Given(message) is { } id)
        {
            _given = id;
            _recorder.Join(id, this);
        }

        _recorder.Add(this, RecordedEventKind.Response, message.ToByteArray());
    }

    /// <summary>The caller closed its side.</summary>
    public void HalfClosed() => _recorder.Add(this, RecordedEventKind.HalfClose, default);

    /// <summary>The caller reset the stream, or it broke. Only the first end counts.</summary>
    public void Reset() => End(RecordedEventKind.Reset, default);

    /// <summary>The service ended the stream. Only the first end counts.</summary>
    public void Ended(GrpcStatusCode code, string message) => End(RecordedEventKind.Status, RecordingFormat.Status(code, message));

    private void End(RecordedEventKind kind, ReadOnlyMemory<byte> payload)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        if (_given is not null) _recorder.Leave(_given);
        _recorder.Add(this, kind, payload);
    }
}

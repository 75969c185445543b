using System.Diagnostics;
using AiGateway.Contracts;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Json;
using AiGateway.DataPlane.Routing;
using AiGateway.DataPlane.Streaming;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>
/// One client request from its first byte to its usage record. Holds the facts that the ten steps find; the steps themselves are
/// <see cref="RouterPhase"/>, <see cref="UpstreamPhase"/>, <see cref="ResponsePhase"/> and <see cref="Completion"/>. Used by one request at a time.
/// </summary>
[DebuggerDisplay("{Endpoint.Operation} {RequestedModel} → {Backend}")]
public sealed class Exchange
{
    /// <param name="snapshot">Captured once, used to the end.</param>
    /// <param name="listener">(1) listener that accepted.</param>
    /// <param name="endpoint">(1) operation.</param>
    /// <param name="head">Request head.</param>
    /// <param name="time">Clock.</param>
    public Exchange(RuntimeSnapshot snapshot, RuntimeListener listener, EndpointDescriptor endpoint, IRequestHead head, TimeProvider time)
    {
        Snapshot = snapshot;
        Listener = listener;
        Endpoint = endpoint;
        Head = head;
        Time = time;
        StartedAt = time.GetUtcNow();
        StartTimestamp = time.GetTimestamp();
        Id = ExchangeId.Create(StartedAt);
    }

    /// <summary>Idempotency key of the usage record.</summary>
    public Guid Id { get; }

    /// <summary>Shown to the client and in logs.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>Configuration of this exchange.</summary>
    public RuntimeSnapshot Snapshot { get; }

    /// <summary>Where it came in.</summary>
    public RuntimeListener Listener { get; }

    /// <summary>What the client wants.</summary>
    public EndpointDescriptor Endpoint { get; }

    /// <summary>Request head.</summary>
    public IRequestHead Head { get; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>When the head had arrived.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The same moment on the monotonic clock.</summary>
    public long StartTimestamp { get; }

    /// <summary>Original body; every attempt starts from it. Empty until it has been read.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The body as the client sent it when it came compressed; null when <see cref="Body"/> is that.</summary>
    public byte[]? EncodedBody { get; set; }

    /// <summary>Owner of the memory behind <see cref="Body"/>, for those who read it while the exchange may end.</summary>
    public PooledBytes? BodyOwner { get; set; }

    /// <summary>(2) what was read from a JSON body.</summary>
    public RequestPeek Peek { get; set; }

    /// <summary>(2) bytes of the model's value in the body; empty when it names none.</summary>
    public Range ModelValue { get; set; }

    /// <summary>(2) model the client asked for; empty when it named none.</summary>
    public string RequestedModel { get; set; } = "";

    /// <summary>(2) the client wants a stream.</summary>
    public bool StreamRequested { get; set; }

    /// <summary>(3) rule that matched.</summary>
    public RuntimeRule? Rule { get; set; }

    /// <summary>(3) route as a proxy in front named it; null leaves the rule's own name.</summary>
    public string? RouteName { get; set; }

    /// <summary>(5) order of attempts.</summary>
    public AttemptPlan? Plan { get; set; }

    /// <summary>Attempts begun so far.</summary>
    public int Attempts { get; set; }

    /// <summary>(6) backend of the current or last attempt.</summary>
    public RuntimeBackend? Backend { get; set; }

    /// <summary>(6) value of the credential header sent to it; null without one. Secret.</summary>
    public string? CredentialValue { get; set; }

    /// <summary>(7) model sent to it.</summary>
    public string UpstreamModel { get; set; } = "";

    /// <summary>(7) the gateway asked for usage and hides the extra chunk from the client.</summary>
    public bool UsageForced { get; set; }

    /// <summary>When the current attempt began, monotonic.</summary>
    public long AttemptTimestamp { get; set; }

    /// <summary>Status the client received; 0 when none was sent.</summary>
    public int Status { get; set; }

    /// <summary>The answer is an event stream.</summary>
    public bool Streamed { get; set; }

    /// <summary>(9) reader of the answer; null before one arrived.</summary>
    public ResponseScanner? Scanner { get; set; }

    /// <summary>When the first response body byte arrived, monotonic; 0 before.</summary>
    public long FirstByteTimestamp { get; set; }

    /// <summary>Number of body reads that brought bytes; one means the whole stream arrived at once.</summary>
    public int Reads { get; set; }

    /// <summary>Request body bytes as received.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Response body bytes sent to the client.</summary>
    public long BytesSent { get; set; }

    /// <summary>The gateway's error, when it made the answer or ended it; null otherwise.</summary>
    public GatewayError? Error { get; set; }

    /// <summary>How it ended; meaningful from (10) on.</summary>
    public ExchangeOutcome Outcome { get; set; } = ExchangeOutcome.Failed;

    /// <summary>AI span; null when not recorded.</summary>
    public Activity? Span { get; set; }

    /// <summary>Host of the request without its port.</summary>
    public ReadOnlySpan<char> HostName => HostPattern.WithoutPort(Head.Host);

    /// <summary>The answer was a 2xx and no error has been seen since.</summary>
    public bool IsSuccess => Status is >= 200 and < 300 && Error is null;
}

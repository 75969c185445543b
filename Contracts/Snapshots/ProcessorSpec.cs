namespace AiGateway.Contracts.Snapshots;

/// <summary>
/// One external processor: a gRPC service (<c>envoy.service.ext_proc.v3.ExternalProcessor</c>) that sees and changes the exchanges of a route. From an
/// entry of an EnvoyExtensionPolicy's <c>extProc</c> list; behaves as Envoy's ext_proc filter with the same settings.
/// </summary>
public sealed record ProcessorSpec
{
    /// <summary><c>namespace/policy/extproc/&lt;i&gt;</c>; unique in the snapshot.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the <see cref="PoolSpec"/> that serves it, always over HTTP/2.</summary>
    public required string Pool { get; init; }

    /// <summary>Longest wait for the answer to one message.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>True: an exchange goes on unprocessed when the service fails. False: it is answered with 500, or 504 after a timeout.</summary>
    public bool FailOpen { get; init; }

    /// <summary>Whether the service may change what it is sent (<c>mode_override</c>).</summary>
    public bool AllowModeOverride { get; init; }

    /// <summary>What it sees of requests; null: nothing.</summary>
    public ProcessorDirection? Request { get; init; }

    /// <summary>What it sees of responses; null: nothing.</summary>
    public ProcessorDirection? Response { get; init; }

    /// <summary>Dynamic metadata namespaces it is told about.</summary>
    public IReadOnlyList<string> ReadableNamespaces { get; init; } = [];

    /// <summary>Dynamic metadata namespaces it may write; what it writes elsewhere is dropped.</summary>
    public IReadOnlyList<string> WritableNamespaces { get; init; } = [];
}

/// <summary>What a processor sees of one direction: always the headers, and the body as its mode says.</summary>
/// <param name="Body">How the body is sent.</param>
/// <param name="Attributes">Envoy attribute names (<c>request.path</c>, <c>xds.route_name</c> …) sent with the first message of the direction.</param>
public sealed record ProcessorDirection(ProcessorBodyMode Body, IReadOnlyList<string> Attributes);

/// <summary>How a body is sent to a processor; the values are those of Envoy's <c>BodySendMode</c>.</summary>
public enum ProcessorBodyMode
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Piece by piece, each answered before it goes on.</summary>
    Streamed = 1,

    /// <summary>In one message.</summary>
    Buffered = 2,

    /// <summary>The beginning in one message, the rest not.</summary>
    BufferedPartial = 3,

    /// <summary>Piece by piece; the service answers with pieces of its own, when it likes.</summary>
    FullDuplexStreamed = 4,
}

using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>
/// What was kept of one finished exchange for its span: byte ranges and facts, nothing parsed. Made on the request path, read on the telemetry queue
/// after the client has its last byte.
/// </summary>
public sealed record ExchangeCapture
{
    /// <summary>The operation.</summary>
    public required EndpointKind Endpoint { get; init; }

    /// <summary>Request body exactly as the client sent it (decoded if it was compressed). For multipart: the raw form.</summary>
    public ReadOnlyMemory<byte> RequestBody { get; init; }

    /// <summary>Request content type; tells multipart from JSON.</summary>
    public string? RequestContentType { get; init; }

    /// <summary>True when <see cref="RequestBody"/> holds only the beginning (large uploads are not kept).</summary>
    public bool RequestTruncated { get; init; }

    /// <summary>Model that the client asked for; empty when it named none.</summary>
    public string RequestedModel { get; init; } = "";

    /// <summary>Model that was sent to the provider; null when no attempt was made.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary>True when the backend's configuration replaced the model.</summary>
    public bool ModelOverridden { get; init; }

    /// <summary>Schema of the backend that answered; null when none was reached.</summary>
    public ProviderSchema? Schema { get; init; }

    /// <summary>Host of the backend that answered (for <c>llm.provider</c>).</summary>
    public string? UpstreamHost { get; init; }

    /// <summary>Status the client received; 0 when it received none.</summary>
    public required int Status { get; init; }

    /// <summary>Response body as the client received it, except that a usage chunk hidden from the client is still in it (see <see cref="UsageChunkHidden"/>). Not compressed.</summary>
    public ReadOnlyMemory<byte> ResponseBody { get; init; }

    /// <summary>Response content type.</summary>
    public string? ResponseContentType { get; init; }

    /// <summary>What the provider must not have repeated in <see cref="ResponseBody"/>: the credentials of the last attempt, without their schemes.</summary>
    public IReadOnlyList<SecretString> Credentials { get; init; } = [];

    /// <summary>True when the answer was an event stream.</summary>
    public bool Streamed { get; init; }

    /// <summary>True when the gateway asked for usage on its own account: the extra usage chunk gives the counts but is not part of <c>output.value</c>.</summary>
    public bool UsageChunkHidden { get; init; }

    /// <summary>True when the response was longer than the capture limit and was cut.</summary>
    public bool ResponseTruncated { get; init; }

    /// <summary>Bytes of a response whose body is not kept (audio).</summary>
    public long ResponseBytes { get; init; }

    /// <summary>How it ended.</summary>
    public required ExchangeOutcome Outcome { get; init; }

    /// <summary>The gateway's own error code when it made the answer.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>When the first response bytes arrived, on streams; null when none did.</summary>
    public DateTimeOffset? FirstTokenAt { get; init; }

    /// <summary>Attributes mapped from request headers (target name, value), e.g. <c>session.id</c>, <c>metadata.team</c>, <c>tag.tags</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> MappedAttributes { get; init; } = [];

    /// <summary>Further product attributes (route, backend, attempts, costs …), written as they are.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> ProductAttributes { get; init; } = [];
}

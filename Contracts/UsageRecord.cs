namespace AiGateway.Contracts;

/// <summary>Token counters of one exchange. <c>null</c> means the provider did not say; 0 is a reported zero.</summary>
public readonly record struct TokenUsage
{
    /// <summary>Prompt tokens, cached and cache-creation tokens included.</summary>
    public long? Input { get; init; }

    /// <summary>Part of <see cref="Input"/> read from a cache.</summary>
    public long? CachedInput { get; init; }

    /// <summary>Part of <see cref="Input"/> written to a cache.</summary>
    public long? CacheCreationInput { get; init; }

    /// <summary>Completion tokens, reasoning included.</summary>
    public long? Output { get; init; }

    /// <summary>Part of <see cref="Output"/> spent on reasoning.</summary>
    public long? Reasoning { get; init; }

    /// <summary>Total as reported, else the sum of input and output when both are known.</summary>
    public long? Total { get; init; }

    /// <summary>True when no counter is set.</summary>
    public bool IsEmpty => Input is null && CachedInput is null && CacheCreationInput is null && Output is null && Reasoning is null && Total is null;
}

/// <summary>How an exchange ended, from the client's point of view.</summary>
public enum ExchangeOutcome
{
    /// <summary>A 2xx answer was delivered whole.</summary>
    Succeeded,

    /// <summary>The gateway refused it (bad request, no route, limit).</summary>
    Rejected,

    /// <summary>The backend answered with an error, or could not be reached, or broke off.</summary>
    BackendFailed,

    /// <summary>The client went away before the end.</summary>
    ClientCancelled,

    /// <summary>A time limit of ours ended it.</summary>
    TimedOut,

    /// <summary>A bug or a broken host.</summary>
    Failed,
}

/// <summary>What one exchange used. Exactly one is made per exchange, on every path.</summary>
public sealed record UsageRecord
{
    /// <summary>Version 7 UUID; idempotency key of the ledger.</summary>
    public required Guid ExchangeId { get; init; }

    /// <summary>The request id the client saw.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the request's head had arrived.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>From then to the last byte (or the abort).</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary><c>gen_ai.operation.name</c> of the endpoint.</summary>
    public required string Operation { get; init; }

    /// <summary>How it ended.</summary>
    public required ExchangeOutcome Outcome { get; init; }

    /// <summary>Status the client received; 0 when none was sent.</summary>
    public required int Status { get; init; }

    /// <summary>Stable error code of the gateway's catalogue; null on success and on passed-through backend errors.</summary>
    public string? ErrorCode { get; init; }

    /// <summary><c>namespace/route</c>; null before a route was found.</summary>
    public string? Route { get; init; }

    /// <summary>Full backend name of the last attempt; null before one was chosen.</summary>
    public string? Backend { get; init; }

    /// <summary>Attempts made.</summary>
    public int Attempts { get; init; }

    /// <summary>The client asked for this model.</summary>
    public string? RequestedModel { get; init; }

    /// <summary>The provider was asked for this model.</summary>
    public string? UpstreamModel { get; init; }

    /// <summary>The provider said that this model answered.</summary>
    public string? ResponseModel { get; init; }

    /// <summary>Whether the answer was a stream.</summary>
    public bool Streamed { get; init; }

    /// <summary>Counters as the provider reported them, as far as they were seen.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Configured costs by metadata key.</summary>
    public IReadOnlyList<KeyValuePair<string, ulong>> Costs { get; init; } = [];
}

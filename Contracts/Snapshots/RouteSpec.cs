namespace AiGateway.Contracts.Snapshots;

/// <summary>One AIGatewayRoute as it applies to this gateway.</summary>
public sealed record RouteSpec
{
    /// <summary><c>namespace/name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Names of the <see cref="ListenerSpec"/>s it is attached to.</summary>
    public required IReadOnlyList<string> Listeners { get; init; }

    /// <summary>Hosts it serves, exact or <c>*.suffix</c>, lower case; empty serves every host of its listeners.</summary>
    public IReadOnlyList<string> Hostnames { get; init; } = [];

    /// <summary>Rules in the order written.</summary>
    public required IReadOnlyList<RuleSpec> Rules { get; init; }

    /// <summary>Names of the <see cref="ProcessorSpec"/>s that see its exchanges: requests in this order, responses in the opposite one.</summary>
    public IReadOnlyList<string> Processors { get; init; } = [];

    /// <summary>Costs computed for requests of this route, in order; a later entry with the same key wins.</summary>
    public IReadOnlyList<CostSpec> Costs { get; init; } = [];
}

/// <summary>One rule of a route.</summary>
public sealed record RuleSpec
{
    /// <summary>Operator's label, if given.</summary>
    public string? Name { get; init; }

    /// <summary>Alternatives; empty matches everything.</summary>
    public IReadOnlyList<MatchSpec> Matches { get; init; } = [];

    /// <summary>Candidates. Empty answers 500 <c>no_backend</c>.</summary>
    public IReadOnlyList<BackendRefSpec> BackendRefs { get; init; } = [];

    /// <summary>Whole response including retries and streaming; null is unlimited (the resource's default of 60 s is applied at compilation).</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>One attempt; null is unlimited.</summary>
    public TimeSpan? BackendRequestTimeout { get; init; }

    /// <summary>Longest silence of the backend within one attempt; null uses the listener's value.</summary>
    public TimeSpan? StreamIdleTimeout { get; init; }

    /// <summary>Retry policy; null gives every usable backend one attempt, after a failed connection, a break before the first byte, 429 or 5xx.</summary>
    public RetrySpec? Retry { get; init; }

    /// <summary><c>owned_by</c> of the models this rule declares.</summary>
    public string ModelsOwnedBy { get; init; } = "Envoy AI Gateway";

    /// <summary><c>created</c> of the models this rule declares.</summary>
    public required DateTimeOffset ModelsCreatedAt { get; init; }
}

/// <summary>Conditions that must all hold.</summary>
public sealed record MatchSpec
{
    /// <summary>Path prefix (whole segments) or null.</summary>
    public string? PathPrefix { get; init; }

    /// <summary>Header conditions. <c>x-ai-eg-model</c> carries the model name found in the body.</summary>
    public IReadOnlyList<HeaderMatchSpec> Headers { get; init; } = [];
}

/// <summary>One header condition.</summary>
/// <param name="Name">Lower-case header name.</param>
/// <param name="Value">Exact value, or an RE2-compatible expression that must match the whole value.</param>
/// <param name="IsRegex">How <paramref name="Value"/> is read.</param>
public sealed record HeaderMatchSpec(string Name, string Value, bool IsRegex);

/// <summary>One candidate of a rule.</summary>
/// <param name="Backend">Name of a <see cref="BackendSpec"/>.</param>
/// <param name="Weight">Share among candidates of equal priority; 0 never receives traffic.</param>
/// <param name="Priority">0 is tried first; larger numbers are fallbacks.</param>
public sealed record BackendRefSpec(string Backend, int Weight = 1, int Priority = 0);

/// <summary>When and how often an attempt is repeated. From BackendTrafficPolicy.</summary>
public sealed record RetrySpec
{
    /// <summary>Attempts after the first, 0 or more.</summary>
    public int NumRetries { get; init; } = 2;

    /// <summary>Attempts on one priority before the next is used; null stays on a priority while it has untried backends.</summary>
    public int? NumAttemptsPerPriority { get; init; }

    /// <summary>Retry when no connection could be made.</summary>
    public bool OnConnectFailure { get; init; } = true;

    /// <summary>Retry when the connection broke or an attempt timed out before the first response byte.</summary>
    public bool OnReset { get; init; }

    /// <summary>Status codes that are retried.</summary>
    public IReadOnlyList<int> StatusCodes { get; init; } = [];

    /// <summary>Limit of one attempt until its response headers arrive; null is unlimited.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>First back-off pause, doubled with jitter per retry.</summary>
    public TimeSpan BackOffBase { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Longest back-off pause.</summary>
    public TimeSpan BackOffMax { get; init; } = TimeSpan.FromMilliseconds(250);
}

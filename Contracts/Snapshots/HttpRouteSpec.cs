namespace AiGateway.Contracts.Snapshots;

/// <summary>A plain HTTP rule: its body is never read by the gateway. One per (HTTPRoute rule, match).</summary>
public sealed record HttpRouteSpec
{
    /// <summary><c>namespace/name/rule/&lt;i&gt;/match/&lt;j&gt;</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Names of the listeners it is attached to.</summary>
    public required IReadOnlyList<string> Listeners { get; init; }

    /// <summary>Hosts, exact or <c>*.suffix</c>, lower case; empty serves every host.</summary>
    public IReadOnlyList<string> Hostnames { get; init; } = [];

    /// <summary>Path, starts with a slash.</summary>
    public string Path { get; init; } = "/";

    /// <summary>True: the whole path must equal <see cref="Path"/>; false: prefix of whole segments.</summary>
    public bool ExactPath { get; init; }

    /// <summary>Method or null for all.</summary>
    public string? Method { get; init; }

    /// <summary>Header conditions.</summary>
    public IReadOnlyList<HeaderMatchSpec> Headers { get; init; } = [];

    /// <summary>Pools with weights; at least one.</summary>
    public required IReadOnlyList<WeightedPoolSpec> Pools { get; init; }

    /// <summary>Whole response; null is unlimited.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>Longest silence of a running response; null uses the listener's.</summary>
    public TimeSpan? StreamIdleTimeout { get; init; }
}

/// <summary>One target of a plain HTTP rule.</summary>
/// <param name="Pool">Name of a <see cref="PoolSpec"/>.</param>
/// <param name="Weight">Share; 0 never receives traffic.</param>
public sealed record WeightedPoolSpec(string Pool, int Weight = 1);

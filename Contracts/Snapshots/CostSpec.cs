namespace AiGateway.Contracts.Snapshots;

/// <summary>A number computed from the usage of a finished request.</summary>
/// <param name="MetadataKey">Key under which it is written.</param>
/// <param name="Kind">Which counter, or an expression.</param>
/// <param name="Expression">CEL text when <paramref name="Kind"/> is <see cref="CostKind.Cel"/>.</param>
public sealed record CostSpec(string MetadataKey, CostKind Kind, string? Expression = null)
{
    /// <summary><see cref="BackendSpec.ServiceBackend"/> that must have answered; null for any.</summary>
    public string? Backend { get; init; }

    /// <summary>Model that must have been sent to the backend; null for any.</summary>
    public string? Model { get; init; }
}

/// <summary>Sources of a cost; names as in <c>llmRequestCosts[].type</c>.</summary>
public enum CostKind
{
    /// <summary>Prompt tokens, cached ones included.</summary>
    InputToken,

    /// <summary>Prompt tokens read from a cache.</summary>
    CachedInputToken,

    /// <summary>Prompt tokens written to a cache.</summary>
    CacheCreationInputToken,

    /// <summary>Completion tokens, reasoning included.</summary>
    OutputToken,

    /// <summary>Input plus output as the provider reports it.</summary>
    TotalToken,

    /// <summary>Completion tokens spent on reasoning.</summary>
    ReasoningToken,

    /// <summary>A CEL expression over the counters.</summary>
    Cel,
}

namespace AiGateway.Contracts.Cel;

/// <summary>What a cost expression can read about one finished exchange. A counter the provider did not report is 0.</summary>
public readonly record struct CostVariables
{
    /// <summary><c>model</c>: the model that was sent to the provider (after an override).</summary>
    public string Model { get; init; }

    /// <summary><c>original_model</c>: the model that the client asked for.</summary>
    public string OriginalModel { get; init; }

    /// <summary><c>backend</c>: full name of the backend that answered.</summary>
    public string Backend { get; init; }

    /// <summary><c>route_name</c>: <c>namespace/route</c>, empty when unknown.</summary>
    public string RouteName { get; init; }

    /// <summary><c>provider</c>: the vendor behind the backend.</summary>
    public string Provider { get; init; }

    /// <summary><c>stream</c>: whether the answer was streamed.</summary>
    public bool Stream { get; init; }

    /// <summary><c>status</c>: HTTP status of the answer, a CEL <c>int</c>.</summary>
    public int Status { get; init; }

    /// <summary><c>input_tokens</c>: prompt tokens, cached and cache-creation tokens included.</summary>
    public ulong InputTokens { get; init; }

    /// <summary><c>cached_input_tokens</c>: prompt tokens read from a cache.</summary>
    public ulong CachedInputTokens { get; init; }

    /// <summary><c>cache_creation_input_tokens</c>: prompt tokens written to a cache.</summary>
    public ulong CacheCreationInputTokens { get; init; }

    /// <summary><c>output_tokens</c>: completion tokens, reasoning included.</summary>
    public ulong OutputTokens { get; init; }

    /// <summary><c>total_tokens</c>: the total as reported, else the sum of input and output.</summary>
    public ulong TotalTokens { get; init; }

    /// <summary><c>reasoning_tokens</c>: completion tokens spent on reasoning.</summary>
    public ulong ReasoningTokens { get; init; }

    /// <summary><c>headers</c>: the client's request headers, looked up with the dictionary's own comparer; null means none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

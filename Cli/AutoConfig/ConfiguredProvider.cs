namespace AiGateway.Cli.AutoConfig;

/// <summary>One provider that the environment configures.</summary>
internal sealed record ConfiguredProvider
{
    /// <summary>Name of its resources.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is.</summary>
    public required ProviderEndpoint Endpoint { get; init; }

    /// <summary>Schema name.</summary>
    public string Schema { get; init; } = "OpenAI";

    /// <summary>Schema version, where the schema has one.</summary>
    public string? Version { get; init; }

    /// <summary>Variable that holds the key; null sends no credential.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>Type of its BackendSecurityPolicy.</summary>
    public string PolicyType { get; init; } = "APIKey";

    /// <summary>Models it serves, with <c>*</c> for any text; empty when it can only be the catch-all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>A model to try; null when none is known to exist.</summary>
    public string? ExampleModel { get; init; }

    /// <summary>Whether models that no pattern names may go there.</summary>
    public bool MayCatchAll { get; init; } = true;

    /// <summary>Headers to add to every request.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

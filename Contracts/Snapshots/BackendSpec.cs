namespace AiGateway.Contracts.Snapshots;

/// <summary>One (rule, backendRef) pair: a provider endpoint with everything done to requests on their way there.</summary>
public sealed record BackendSpec
{
    /// <summary><c>namespace/backend/route/&lt;route&gt;/rule/&lt;i&gt;/ref/&lt;j&gt;</c>; appears in logs and metadata.</summary>
    public required string Name { get; init; }

    /// <summary><c>namespace/name</c> of the AIServiceBackend.</summary>
    public required string ServiceBackend { get; init; }

    /// <summary>What the backend speaks.</summary>
    public required ProviderSchema Schema { get; init; }

    /// <summary>Azure <c>api-version</c>, Cohere path version, <c>anthropic_version</c>; null where the schema has none.</summary>
    public string? Version { get; init; }

    /// <summary>Path prefix of OpenAI and Anthropic schemas without slashes at the ends (<c>v1</c>, <c>v1beta/openai</c>); may be empty.</summary>
    public string Prefix { get; init; } = "v1";

    /// <summary>Model sent to the provider instead of the client's; null sends the client's.</summary>
    public string? ModelNameOverride { get; init; }

    /// <summary>Name of the <see cref="PoolSpec"/> to connect to.</summary>
    public required string Pool { get; init; }

    /// <summary>How the gateway authenticates; null sends no credential.</summary>
    public CredentialSpec? Credential { get; init; }

    /// <summary>Merged header mutation of route and backend.</summary>
    public HeaderMutationSpec? HeaderMutation { get; init; }

    /// <summary>Merged body mutation of route and backend.</summary>
    public BodyMutationSpec? BodyMutation { get; init; }

    /// <summary>
    /// Why this backend cannot serve (missing object, missing secret, two policies …); null when it can. The rest of the route keeps working, traffic
    /// that reaches it is answered with this text's error code.
    /// </summary>
    public string? Unusable { get; init; }
}

/// <summary>Header changes towards the provider. Names are lower case; <see cref="Set"/> wins over <see cref="Remove"/>.</summary>
public sealed record HeaderMutationSpec
{
    /// <summary>Headers to add or overwrite.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Set { get; init; } = [];

    /// <summary>Headers to drop.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];
}

/// <summary>Changes of top-level members of the JSON body towards the provider; removals happen first.</summary>
public sealed record BodyMutationSpec
{
    /// <summary>Member name and JSON text of its new value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Set { get; init; } = [];

    /// <summary>Members to drop.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];
}

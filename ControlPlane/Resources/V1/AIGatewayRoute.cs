namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Connects Gateways to model backends.</summary>
internal sealed class AIGatewayRoute : Resource
{
    public required IReadOnlyList<ParentReference> ParentRefs { get; init; }

    public required IReadOnlyList<string> Hostnames { get; init; }

    public required IReadOnlyList<AIGatewayRouteRule> Rules { get; init; }

    public required IReadOnlyList<LlmRequestCost> Costs { get; init; }
}

/// <summary>One rule as written.</summary>
internal sealed class AIGatewayRouteRule
{
    public string? Name { get; init; }

    /// <summary>Alternatives; each is a list of header conditions that must all hold.</summary>
    public required IReadOnlyList<AIGatewayRouteMatch> Matches { get; init; }

    public required IReadOnlyList<AIGatewayRouteBackendRef> BackendRefs { get; init; }

    public RouteTimeouts? Timeouts { get; init; }

    public TimeSpan? StreamIdleTimeout { get; init; }

    public string? ModelsOwnedBy { get; init; }

    public DateTimeOffset? ModelsCreatedAt { get; init; }
}

/// <summary>One alternative of a rule.</summary>
internal sealed record AIGatewayRouteMatch(IReadOnlyList<HeaderMatch> Headers);

/// <summary>Time limits of a rule; null where not given, zero disables.</summary>
internal sealed record RouteTimeouts(TimeSpan? Request, TimeSpan? BackendRequest);

/// <summary>One candidate of a rule as written.</summary>
internal sealed class AIGatewayRouteBackendRef
{
    public required string Name { get; init; }

    public string? Namespace { get; init; }

    public string? Group { get; init; }

    public string? Kind { get; init; }

    public string? ModelNameOverride { get; init; }

    public HeaderMutation? HeaderMutation { get; init; }

    public BodyMutation? BodyMutation { get; init; }

    public int Weight { get; init; } = 1;

    public int Priority { get; init; }

    public bool IsInferencePool => Group == KnownKinds.InferenceGroup && Kind == "InferencePool";
}

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>The Gateway, or one listener of it, that a route attaches to.</summary>
internal sealed record ParentReference
{
    public string Group { get; init; } = KnownKinds.GatewayGroup;

    public string Kind { get; init; } = "Gateway";

    public required string Name { get; init; }

    /// <summary>Null means the namespace of the route.</summary>
    public string? Namespace { get; init; }

    public string? SectionName { get; init; }

    public int? Port { get; init; }
}

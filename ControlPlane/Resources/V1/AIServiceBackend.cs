using AiGateway.Contracts;

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>One provider endpoint and the API it speaks.</summary>
internal sealed class AIServiceBackend : Resource
{
    public required ApiSchema Schema { get; init; }

    public required ObjectReference BackendRef { get; init; }

    public HeaderMutation? HeaderMutation { get; init; }

    public BodyMutation? BodyMutation { get; init; }
}

/// <summary>The provider API.</summary>
internal sealed record ApiSchema(ProviderSchema Name, string? Version, string? Prefix);

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Gateway-wide settings, named by an annotation of a Gateway.</summary>
internal sealed class GatewayConfig : Resource
{
    public required IReadOnlyList<LlmRequestCost> GlobalCosts { get; init; }
}

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Names the controller that a Gateway is meant for.</summary>
internal sealed class GatewayClass : Resource
{
    public required string ControllerName { get; init; }
}

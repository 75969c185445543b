using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Rules of GatewayClass.</summary>
internal static class GatewayClassRules
{
    /// <summary>What manifests for the peer name; Gateways of that class are ours to serve.</summary>
    public const string PeerController = "gateway.envoyproxy.io/gatewayclass-controller";

    /// <summary>Our own controller name.</summary>
    public const string OwnController = "aigw.run/gatewayclass-controller";

    public static void Check(GatewayClass gatewayClass, FindingCollector findings)
    {
        if (gatewayClass.ControllerName is PeerController or OwnController or "") return;
        findings.Warning(
            gatewayClass.Document,
            "spec.controllerName",
            "another controller is responsible for Gateways of this class, they are not served here",
            $"use {PeerController}");
    }
}

using AiGateway.Contracts;
using AiGateway.DataPlane.Errors;

namespace AiGateway.Gateway.Forwarding;

/// <summary>How an exchange ended, by the error that ended it.</summary>
internal static class Outcomes
{
    public static ExchangeOutcome Of(GatewayError error)
    {
        if (error == GatewayError.ClientClosed) return ExchangeOutcome.ClientCancelled;
        if (error == GatewayError.UpstreamTimeout) return ExchangeOutcome.TimedOut;
        if (error == GatewayError.Internal) return ExchangeOutcome.Failed;
        return error.Status >= 500 && error != GatewayError.Draining && error != GatewayError.NoBackend ? ExchangeOutcome.BackendFailed : ExchangeOutcome.Rejected;
    }
}

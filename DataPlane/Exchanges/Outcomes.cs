using AiGateway.Contracts;
using AiGateway.DataPlane.Errors;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>How an exchange ended, by the error that ended it.</summary>
public static class Outcomes
{
    /// <summary>The outcome that goes with an error of the gateway.</summary>
    public static ExchangeOutcome Of(GatewayError error)
    {
        if (error == GatewayError.ClientClosed) return ExchangeOutcome.ClientCancelled;
        if (error == GatewayError.UpstreamTimeout) return ExchangeOutcome.TimedOut;
        if (error == GatewayError.Internal || error == GatewayError.ProcessorFailed || error == GatewayError.ProcessorTimeout) return ExchangeOutcome.Failed;
        return error.Status >= 500 && error != GatewayError.Draining && error != GatewayError.NotConfigured && error != GatewayError.NoBackend ? ExchangeOutcome.BackendFailed : ExchangeOutcome.Rejected;
    }
}

using AiGateway.Contracts;
using AiGateway.DataPlane.Errors;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>How an exchange ended, by the error that ended it.</summary>
public static class Outcomes
{
    private static readonly ExchangeOutcome[] s_all = Enum.GetValues<ExchangeOutcome>();

    /// <summary>The outcome that goes with an error of the gateway.</summary>
    public static ExchangeOutcome Of(GatewayError error)
    {
        if (error == GatewayError.ClientClosed) return ExchangeOutcome.ClientCancelled;
        if (error == GatewayError.UpstreamTimeout) return ExchangeOutcome.TimedOut;
        if (error == GatewayError.Internal || error == GatewayError.ProcessorFailed || error == GatewayError.ProcessorTimeout) return ExchangeOutcome.Failed;
        return error.Status >= 500 && error != GatewayError.Draining && error != GatewayError.NotConfigured && error != GatewayError.NoBackend ? ExchangeOutcome.BackendFailed : ExchangeOutcome.Rejected;
    }

    /// <summary>Its name in access logs.</summary>
    public static string Name(ExchangeOutcome outcome) => outcome switch
    {
        ExchangeOutcome.Succeeded => "succeeded",
        ExchangeOutcome.Rejected => "rejected",
        ExchangeOutcome.BackendFailed => "backend_failed",
        ExchangeOutcome.ClientCancelled => "client_cancelled",
        ExchangeOutcome.TimedOut => "timed_out",
        ExchangeOutcome.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };

    /// <summary>The outcome of that name; null for none.</summary>
    public static ExchangeOutcome? Find(string? name)
    {
        foreach (var outcome in s_all)
        {
            if (Name(outcome) == name) return outcome;
        }

        return null;
    }
}

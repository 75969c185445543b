using AiGateway.Contracts;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Takes finished exchanges: access log, ledger, the terminal. Called once per exchange, on its last thread; must not block or throw.</summary>
public interface ICompletionSink
{
    /// <summary>An exchange is over.</summary>
    void Completed(Exchange exchange, UsageRecord record);
}

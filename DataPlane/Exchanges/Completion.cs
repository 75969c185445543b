using AiGateway.Contracts;
using AiGateway.Contracts.Cel;
using AiGateway.DataPlane.Telemetry;

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Step (10): usage, costs, metrics and the record of an exchange. The only place that accounts with a <see cref="UsageRecord"/>; in external mode the gateway makes a copy from what its service said.</summary>
/// <param name="metrics">Instruments.</param>
/// <param name="sinks">Further takers.</param>
public sealed class Completion(GatewayMetrics metrics, IReadOnlyList<ICompletionSink> sinks)
{
    /// <summary>Completes an exchange. The host calls it exactly once, on every path.</summary>
    public UsageRecord Complete(Exchange exchange)
    {
        // (10) complete
        var record = new UsageRecord
        {
            ExchangeId = exchange.Id,
            RequestId = exchange.RequestId,
            StartedAt = exchange.StartedAt,
            Duration = exchange.Time.GetElapsedTime(exchange.StartTimestamp),
            Operation = exchange.Endpoint.Operation,
            Outcome = exchange.Outcome,
            Status = exchange.Status,
            ErrorCode = exchange.Error?.Code,
            Route = exchange.RouteName ?? exchange.Rule?.Route,
            Backend = exchange.Backend?.Name,
            Attempts = exchange.Attempts,
            RequestedModel = exchange.RequestedModel.Length == 0 ? null : exchange.RequestedModel,
            UpstreamModel = exchange.UpstreamModel.Length == 0 ? null : exchange.UpstreamModel,
            ResponseModel = exchange.Scanner?.Model,
            Streamed = exchange.Streamed,
            Usage = exchange.Scanner?.Usage ?? default,
            Costs = Costs(exchange),
        };
        metrics.Completed(exchange, record);
        foreach (var sink in sinks) sink.Completed(exchange, record);
        return record;
    }

    private IReadOnlyList<KeyValuePair<string, ulong>> Costs(Exchange exchange)
    {
        // Also on cancelled streams, with the usage seen so far; not on backend errors, which used nothing that anyone reported.
        if (exchange is not { Rule: { } rule, Backend: { } backend, Scanner: { } scanner, Status: >= 200 and < 300 }) return [];
        var variables = new CostVariables
        {
            Model = exchange.UpstreamModel,
            OriginalModel = exchange.RequestedModel,
            Backend = backend.Name,
            RouteName = exchange.RouteName ?? rule.Route,
            Provider = backend.ProviderName,
            Stream = exchange.Streamed,
            Status = exchange.Status,
            Headers = exchange.Head.Headers,
        };
        return rule.Costs.Evaluate(variables, scanner.Usage, backend.Spec.ServiceBackend, (key, _) => metrics.CostFailed(key));
    }
}

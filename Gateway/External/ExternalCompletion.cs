using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Exchanges;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Gateway.External;

/// <summary>
/// Step (10) of external mode: what the gateway saw and what the service said in dynamic metadata becomes one record, for the access log and for the terminal. Usage and
/// costs are accounted by the service; this record only repeats what it said of them, and leaves out what it did not say.
/// </summary>
/// <param name="log">Access log.</param>
/// <param name="sinks">Further takers.</param>
internal sealed class ExternalCompletion(ExternalAccessLog log, IReadOnlyList<ICompletionSink> sinks)
{
    /// <summary>Completes an exchange. Called exactly once, on every path. A model list is not one.</summary>
    public void Complete(ProcessedExchange processed)
    {
        var exchange = processed.Exchange;
        if (exchange.Endpoint.Catalogue || (!log.IsEnabled && sinks.Count == 0)) return;
        var said = processed.Metadata(ProcessorFilter.EngineNamespace);
        var record = Record(exchange, processed.Context.Response, said);
        log.Write(processed, record, said);
        foreach (var sink in sinks) sink.Completed(exchange, record);
    }

    private static UsageRecord Record(Exchange exchange, HttpResponse response, Struct? said) => new()
    {
        ExchangeId = exchange.Id,
        RequestId = exchange.RequestId,
        StartedAt = exchange.StartedAt,
        Duration = exchange.Time.GetElapsedTime(exchange.StartTimestamp),
        Operation = exchange.Endpoint.Operation,
        Outcome = Outcomes.Find(Text(said, "outcome")) ?? exchange.Outcome,
        Status = response.HasStarted ? response.StatusCode : exchange.Status,
        ErrorCode = Text(said, "error_code") ?? exchange.Error?.Code,
        Route = exchange.Rule?.Route,
        Backend = exchange.Backend?.Name,
        Attempts = exchange.Attempts,
        RequestedModel = Text(said, "gen_ai.request.model") ?? (exchange.RequestedModel.Length == 0 ? null : exchange.RequestedModel),
        UpstreamModel = Text(said, "model_name_override"),
        ResponseModel = Text(said, "response_model"),
        Streamed = exchange.Streamed,
        Usage = new TokenUsage
        {
            Input = Count(said, "gen_ai.usage.input_tokens"),
            CachedInput = Count(said, "gen_ai.usage.cached_input_tokens"),
            Output = Count(said, "gen_ai.usage.output_tokens"),
            Total = Count(said, "gen_ai.usage.total_tokens"),
            Reasoning = Count(said, "gen_ai.usage.reasoning_tokens"),
        },
        Costs = said is null ? [] : Costs(exchange.Snapshot.Source, said),
    };

    private static List<KeyValuePair<string, ulong>> Costs(GatewaySnapshot snapshot, Struct said)
    {
        var costs = new List<KeyValuePair<string, ulong>>();
        foreach (var key in snapshot.Routes.SelectMany(static route => route.Costs).Concat(snapshot.GlobalCosts).Select(static cost => cost.MetadataKey).Distinct())
        {
            if (Count(said, key) is { } cost) costs.Add(new(key, (ulong)cost));
        }

        return costs;
    }

    private static string? Text(Struct? said, string key) => said?.Fields.TryGetValue(key, out var value) == true && value.StringValue.Length > 0 ? value.StringValue : null;

    // A service may be anybody's, and its numbers are doubles.
    private static long? Count(Struct? said, string key) =>
        said?.Fields.TryGetValue(key, out var value) == true && value is { KindCase: Value.KindOneofCase.NumberValue, NumberValue: >= 0 and < long.MaxValue and var number } ? (long)number : null;
}

using AiGateway.Contracts;
using AiGateway.DataPlane.Exchanges;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Processing;

/// <summary>What Envoy's access log and rate limits learn at the end of an exchange. Names are API: docs/ext-proc.md.</summary>
internal static class CompletionMetadata
{
    /// <summary>The metadata of a finished exchange, failures included.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="record">What it used.</param>
    /// <param name="identified">An attempt has told what <see cref="Identify"/> tells: Envoy keeps it, and each member costs it a copy.</param>
    public static Struct Of(Exchange exchange, UsageRecord record, bool identified)
    {
        var fields = new Struct();
        if (!identified) Identify(exchange, fields);
        foreach (var (key, value) in record.Costs) fields.Fields[key] = Value.ForNumber(value);
        if (exchange.Backend is { } backend) fields.Fields["ai_service_backend_name"] = Value.ForString(backend.Spec.ServiceBackend);
        fields.Fields["outcome"] = Value.ForString(Outcomes.Name(record.Outcome));
        Add(fields, "gen_ai.usage.input_tokens", record.Usage.Input);
        Add(fields, "gen_ai.usage.cached_input_tokens", record.Usage.CachedInput);
        Add(fields, "gen_ai.usage.output_tokens", record.Usage.Output);
        Add(fields, "gen_ai.usage.total_tokens", record.Usage.Total);
        Add(fields, "gen_ai.usage.reasoning_tokens", record.Usage.Reasoning);
        if (record.ResponseModel is { Length: > 0 } response) fields.Fields["response_model"] = Value.ForString(response);
        if (record.ErrorCode is { } error) fields.Fields["error_code"] = Value.ForString(error);
        fields.Fields["attempts"] = Value.ForNumber(record.Attempts);
        if (exchange is { Streamed: true, FirstByteTimestamp: not 0 }) Latencies(exchange, record, fields);
        return fields;
    }

    /// <summary>What is known as soon as an attempt begins: also the log entry of an exchange that never ends properly says so.</summary>
    public static void Identify(Exchange exchange, Struct fields)
    {
        fields.Fields["gen_ai.operation.name"] = Value.ForString(exchange.Endpoint.Operation);
        if (exchange.RequestedModel.Length > 0) fields.Fields["gen_ai.request.model"] = Value.ForString(exchange.RequestedModel);
        if (exchange.UpstreamModel.Length > 0) fields.Fields["model_name_override"] = Value.ForString(exchange.UpstreamModel);
        if (exchange.Backend is { } backend) fields.Fields["gen_ai.provider.name"] = Value.ForString(backend.ProviderName);
        if ((exchange.RouteName ?? exchange.Rule?.Route) is { Length: > 0 } route) fields.Fields["route_name"] = Value.ForString(route);
    }

    private static void Add(Struct fields, string name, long? value)
    {
        if (value is { } number) fields.Fields[name] = Value.ForNumber(number);
    }

    private static void Latencies(Exchange exchange, UsageRecord record, Struct fields)
    {
        var first = exchange.Time.GetElapsedTime(exchange.AttemptTimestamp, exchange.FirstByteTimestamp);
        fields.Fields["token_latency_ttft"] = Value.ForNumber(first.TotalMilliseconds);
        if (exchange.Reads > 1 && record.Usage.Output is > 1 and var tokens)
        {
            fields.Fields["token_latency_itl"] = Value.ForNumber((exchange.Time.GetElapsedTime(exchange.AttemptTimestamp) - first).TotalMilliseconds / (tokens - 1));
        }
    }
}

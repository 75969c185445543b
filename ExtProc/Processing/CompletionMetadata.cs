using AiGateway.Contracts;
using AiGateway.DataPlane.Exchanges;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Processing;

/// <summary>What Envoy's access log and rate limits learn at the end of an exchange. Names are API: docs/ext-proc.md.</summary>
internal static class CompletionMetadata
{
    /// <summary>The metadata of a finished exchange, failures included.</summary>
    public static Struct Of(Exchange exchange, UsageRecord record)
    {
        var fields = new Struct();
        foreach (var (key, value) in record.Costs) fields.Fields[key] = Value.ForNumber(value);
        if (record.UpstreamModel is { } model) fields.Fields["model_name_override"] = Value.ForString(model);
        if (exchange.Backend is { } backend) fields.Fields["ai_service_backend_name"] = Value.ForString(backend.Spec.ServiceBackend);
        if (record.Route is { Length: > 0 } route) fields.Fields["route_name"] = Value.ForString(route);
        if (record.ResponseModel is { Length: > 0 } response) fields.Fields["response_model"] = Value.ForString(response);
        if (record.ErrorCode is { } error) fields.Fields["error_code"] = Value.ForString(error);
        fields.Fields["attempts"] = Value.ForNumber(record.Attempts);
        if (exchange is { Streamed: true, FirstByteTimestamp: not 0 }) Latencies(exchange, record, fields);
        return fields;
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

using AiGateway.Contracts;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.Gateway.Forwarding;
using AiGateway.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.Gateway.External;

/// <summary>
/// The access log of external mode: what the gateway saw, and what the service said in dynamic metadata, under the names of the in-process log
/// (docs/topologies.md has the few differences).
/// </summary>
/// <param name="log">Where records go; null writes none.</param>
/// <param name="headers">Request headers that are logged.</param>
internal sealed class ExternalAccessLog(AccessLogPipeline? log, HeaderAttributeMap headers)
{
    /// <summary>Whether anybody reads it.</summary>
    public bool IsEnabled => log is { IsEnabled: true };

    /// <summary>Writes the record of a finished exchange.</summary>
    /// <param name="processed">What the gateway saw.</param>
    /// <param name="record">The same with what the service said.</param>
    /// <param name="said">All that it said.</param>
    public void Write(ProcessedExchange processed, UsageRecord record, Struct? said)
    {
        if (log is not { IsEnabled: true }) return;
        var (exchange, context) = (processed.Exchange, processed.Context);
        var entry = log.Rent();
        entry.Timestamp = record.StartedAt;
        entry.Add("start_time", record.StartedAt);
        entry.Add("method", context.Request.Method);
        entry.Add("request.path", context.Request.Path.Value);
        entry.Add("x-envoy-origin-path", context.Request.Path.Value);
        entry.Add("protocol", context.Request.Protocol);
        entry.Add("response_code", record.Status);
        entry.Add("response_code_details", record.ErrorCode ?? processed.CodeDetails ?? "no_response");
        entry.Add("outcome", Outcomes.Name(record.Outcome));
        entry.Add("error_code", record.ErrorCode);
        entry.Add("bytes_received", exchange.BytesReceived);
        entry.Add("bytes_sent", exchange.BytesSent);
        entry.Add("duration", (long)record.Duration.TotalMilliseconds);
        if (exchange.AttemptTimestamp != 0) entry.Add("x-envoy-upstream-service-time", (long)exchange.Time.GetElapsedTime(exchange.AttemptTimestamp).TotalMilliseconds);
        entry.Add("x-request-id", record.RequestId);
        entry.Add(":authority", context.Request.Host.Value);
        entry.Add("user-agent", context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null);
        entry.Add("x-forwarded-for", context.Request.Headers["x-forwarded-for"].ToString() is { Length: > 0 } forwarded ? forwarded : null);
        entry.Add("downstream_remote_address", context.Connection.RemoteIpAddress is { } remote ? AccessLogSink.Address(remote, context.Connection.RemotePort) : null);
        entry.Add("upstream_host", exchange.Backend?.UpstreamHost);
        entry.Add("upstream_cluster", record.Backend);
        entry.Add("route_name", record.Route);
        entry.Add("aigateway.route", record.Route);
        entry.Add("aigateway.backend", record.Backend);
        entry.Add("attempts", record.Attempts);
        entry.Add("gen_ai.operation.name", record.Operation);
        entry.Add("gen_ai.provider.name", exchange.Backend?.ProviderName);
        entry.Add("gen_ai.request.model", record.RequestedModel);
        entry.Add("gen_ai.request.model_override", record.UpstreamModel);
        entry.Add("gen_ai.response.model", record.ResponseModel);
        Add(entry, "gen_ai.usage.input_tokens", record.Usage.Input);
        Add(entry, "gen_ai.usage.cached_input_tokens", record.Usage.CachedInput);
        Add(entry, "gen_ai.usage.output_tokens", record.Usage.Output);
        Add(entry, "gen_ai.usage.total_tokens", record.Usage.Total);
        Add(entry, "gen_ai.usage.reasoning_tokens", record.Usage.Reasoning);
        if (said?.Fields.TryGetValue("token_latency_ttft", out var first) == true) entry.Add("token_latency_ttft", first.NumberValue);
        foreach (var (key, value) in record.Costs) entry.Add(key, (long)value);
        foreach (var (attribute, value) in headers.Of(exchange.Head)) entry.Add(attribute, value);
        log.TryWrite(entry);
    }

    private static void Add(AccessLogEntry entry, string name, long? value)
    {
        if (value is not null) entry.Add(name, value.Value);
    }
}

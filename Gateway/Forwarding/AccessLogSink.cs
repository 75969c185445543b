using System.Globalization;
using AiGateway.Contracts;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ServiceDefaults;
using AiGateway.ServiceDefaults.AccessLogs;

namespace AiGateway.Gateway.Forwarding;

/// <summary>One access log record per exchange, with the field names of the field's usual Envoy format. No bodies, no credentials.</summary>
internal sealed class AccessLogSink(AccessLogPipeline log, HeaderAttributeMap headers) : ICompletionSink
{
    /// <inheritdoc />
    public void Completed(Exchange exchange, UsageRecord record)
    {
        if (!log.IsEnabled) return;
        var head = (HttpRequestHead)exchange.Head;
        var entry = log.Rent();
        entry.Timestamp = record.StartedAt;
        if (exchange.Span is { } span) entry.Trace = span.Context;
        entry.Add("start_time", record.StartedAt);
        entry.Add("method", head.Method);
        entry.Add("request.path", head.Path);
        entry.Add("x-envoy-origin-path", head.Path);
        entry.Add("protocol", head.Context.Request.Protocol);
        entry.Add("response_code", record.Status);
        entry.Add("response_code_details", record.ErrorCode ?? (record.Status == 0 ? "no_response" : "via_upstream"));
        entry.Add("outcome", Outcomes.Name(record.Outcome));
        entry.Add("error_code", record.ErrorCode);
        entry.Add("bytes_received", exchange.BytesReceived);
        entry.Add("bytes_sent", exchange.BytesSent);
        entry.Add("duration", (long)record.Duration.TotalMilliseconds);
        if (exchange.AttemptTimestamp != 0) entry.Add("x-envoy-upstream-service-time", (long)exchange.Time.GetElapsedTime(exchange.AttemptTimestamp).TotalMilliseconds);
        entry.Add("x-request-id", record.RequestId);
        entry.Add(":authority", head.Host);
        entry.Add("user-agent", head.Header("user-agent"));
        entry.Add("x-forwarded-for", head.Header("x-forwarded-for"));
        entry.Add("downstream_remote_address", head.Context.Connection.RemoteIpAddress is { } remote ? Address(remote, head.Context.Connection.RemotePort) : null);
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
        if (exchange is { Streamed: true, FirstByteTimestamp: not 0 })
        {
            entry.Add("token_latency_ttft", exchange.Time.GetElapsedTime(exchange.AttemptTimestamp, exchange.FirstByteTimestamp).TotalMilliseconds);
        }

        foreach (var (key, value) in record.Costs) entry.Add(key, (long)Math.Min(value, long.MaxValue));
        foreach (var (attribute, value) in headers.Of(head)) entry.Add(attribute, value);
        log.TryWrite(entry);
    }

    private static void Add(AccessLogEntry entry, string name, long? value)
    {
        if (value is not null) entry.Add(name, value.Value);
    }

    /// <summary>Address and port.</summary>
    internal static string Address(System.Net.IPAddress address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}:{port}");
}

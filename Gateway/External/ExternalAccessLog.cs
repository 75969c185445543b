using AiGateway.Contracts.Snapshots;
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
    private static readonly string[] s_usage =
    [
        "gen_ai.usage.input_tokens", "gen_ai.usage.cached_input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.total_tokens", "gen_ai.usage.reasoning_tokens",
    ];

    /// <summary>Writes the record of a finished exchange.</summary>
    public void Write(ProcessedExchange processed)
    {
        if (log is not { IsEnabled: true }) return;
        var (exchange, context) = (processed.Exchange, processed.Context);
        var said = processed.Metadata(ProcessorFilter.EngineNamespace);
        var entry = log.Rent();
        entry.Timestamp = exchange.StartedAt;
        entry.Add("start_time", exchange.StartedAt);
        entry.Add("method", context.Request.Method);
        entry.Add("request.path", context.Request.Path.Value);
        entry.Add("x-envoy-origin-path", context.Request.Path.Value);
        entry.Add("protocol", context.Request.Protocol);
        entry.Add("response_code", context.Response.HasStarted ? context.Response.StatusCode : exchange.Status);
        entry.Add("response_code_details", Text(said, "error_code") ?? exchange.Error?.Code ?? processed.CodeDetails ?? "no_response");
        entry.Add("outcome", Text(said, "outcome") ?? Outcomes.Name(exchange.Outcome));
        entry.Add("error_code", Text(said, "error_code") ?? exchange.Error?.Code);
        entry.Add("bytes_received", exchange.BytesReceived);
        entry.Add("bytes_sent", exchange.BytesSent);
        entry.Add("duration", (long)exchange.Time.GetElapsedTime(exchange.StartTimestamp).TotalMilliseconds);
        if (exchange.AttemptTimestamp != 0) entry.Add("x-envoy-upstream-service-time", (long)exchange.Time.GetElapsedTime(exchange.AttemptTimestamp).TotalMilliseconds);
        entry.Add("x-request-id", exchange.RequestId);
        entry.Add(":authority", context.Request.Host.Value);
        entry.Add("user-agent", context.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent : null);
        entry.Add("x-forwarded-for", context.Request.Headers["x-forwarded-for"].ToString() is { Length: > 0 } forwarded ? forwarded : null);
        entry.Add("downstream_remote_address", context.Connection.RemoteIpAddress is { } remote ? AccessLogSink.Address(remote, context.Connection.RemotePort) : null);
        entry.Add("upstream_host", exchange.Backend?.UpstreamHost);
        entry.Add("upstream_cluster", exchange.Backend?.Name);
        entry.Add("route_name", exchange.Rule?.Route);
        entry.Add("aigateway.route", exchange.Rule?.Route);
        entry.Add("aigateway.backend", exchange.Backend?.Name);
        entry.Add("attempts", exchange.Attempts);
        entry.Add("gen_ai.operation.name", exchange.Endpoint.Operation);
        entry.Add("gen_ai.provider.name", exchange.Backend?.ProviderName);
        entry.Add("gen_ai.request.model", Text(said, "gen_ai.request.model") ?? (exchange.RequestedModel.Length == 0 ? null : exchange.RequestedModel));
        entry.Add("gen_ai.request.model_override", Text(said, "model_name_override"));
        entry.Add("gen_ai.response.model", Text(said, "response_model"));
        AddNumbers(entry, exchange.Snapshot.Source, said);
        foreach (var (attribute, value) in headers.Of(exchange.Head)) entry.Add(attribute, value);
        log.TryWrite(entry);
    }

    private static void AddNumbers(AccessLogEntry entry, GatewaySnapshot snapshot, Struct? said)
    {
        if (said is null) return;
        foreach (var field in s_usage)
        {
            if (said.Fields.TryGetValue(field, out var value)) entry.Add(field, (long)value.NumberValue);
        }

        if (said.Fields.TryGetValue("token_latency_ttft", out var first)) entry.Add("token_latency_ttft", first.NumberValue);
        foreach (var key in snapshot.Routes.SelectMany(static route => route.Costs).Concat(snapshot.GlobalCosts).Select(static cost => cost.MetadataKey).Distinct())
        {
            if (said.Fields.TryGetValue(key, out var value)) entry.Add(key, (long)value.NumberValue);
        }
    }

    private static string? Text(Struct? said, string key) => said?.Fields.TryGetValue(key, out var value) == true && value.StringValue.Length > 0 ? value.StringValue : null;
}

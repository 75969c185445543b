using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>One JSON object per request on standard output, with the field names of the gateway's own access log.</summary>
internal static class AccessLog
{
    /// <summary>Key of the client's path without its query. A provider's path replaces the client's in the request, so it is kept aside.</summary>
    public const string PathKey = "request.path";

    private const string PathOfClient = $"%DYNAMIC_METADATA({ExtProcFilters.DynamicNamespace}:{PathKey})%";

    /// <summary>Fields of any exchange. Queries are left out: some clients put keys into them.</summary>
    private static readonly (string Name, string Value)[] s_exchange =
    [
        ("start_time", "%START_TIME%"),
        ("method", "%REQ(:METHOD)%"),
        ("request.path", PathOfClient),
        ("x-envoy-origin-path", PathOfClient),
        ("protocol", "%PROTOCOL%"),
        ("response_code", "%RESPONSE_CODE%"),
        ("response_flags", "%RESPONSE_FLAGS%"),
        ("response_code_details", "%RESPONSE_CODE_DETAILS%"),
        ("connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"),
        ("upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"),
        ("bytes_received", "%BYTES_RECEIVED%"),
        ("bytes_sent", "%BYTES_SENT%"),
        ("duration", "%DURATION%"),
        ("x-envoy-upstream-service-time", "%COMMON_DURATION(US_TX_END:US_RX_BEG:ms)%"),
        ("x-forwarded-for", "%REQ(X-FORWARDED-FOR)%"),
        ("user-agent", "%REQ(USER-AGENT)%"),
        ("x-request-id", "%REQ(X-REQUEST-ID)%"),
        (":authority", "%REQ(:AUTHORITY)%"),
        ("upstream_host", "%UPSTREAM_HOST%"),
        ("upstream_cluster", "%UPSTREAM_CLUSTER%"),
        ("upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"),
        ("downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"),
        ("downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"),
        ("requested_server_name", "%REQUESTED_SERVER_NAME%"),
        ("route_name", "%ROUTE_NAME%"),
        ("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"),
    ];

    /// <summary>Fields that the service fills, and the keys under which it does.</summary>
    private static readonly (string Name, string Key)[] s_service =
    [
        ("outcome", "outcome"),
        ("error_code", "error_code"),
        ("aigateway.route", "route_name"),
        ("aigateway.backend", "backend_name"),
        ("gen_ai.operation.name", "gen_ai.operation.name"),
        ("gen_ai.provider.name", "gen_ai.provider.name"),
        ("gen_ai.request.model", "gen_ai.request.model"),
        ("gen_ai.request.model_override", "model_name_override"),
        ("gen_ai.response.model", "response_model"),
        ("gen_ai.usage.input_tokens", "gen_ai.usage.input_tokens"),
        ("gen_ai.usage.cached_input_tokens", "gen_ai.usage.cached_input_tokens"),
        ("gen_ai.usage.output_tokens", "gen_ai.usage.output_tokens"),
        ("gen_ai.usage.total_tokens", "gen_ai.usage.total_tokens"),
        ("gen_ai.usage.reasoning_tokens", "gen_ai.usage.reasoning_tokens"),
        ("token_latency_ttft", "token_latency_ttft"),
        ("token_latency_itl", "token_latency_itl"),
    ];

    public static JsonObject Log(GatewaySnapshot snapshot, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in s_exchange) fields[name] = value;
        foreach (var (name, key) in s_service) fields[name] = Metadata(key);
        var costs = snapshot.Routes.SelectMany(static route => route.Costs).Concat(snapshot.GlobalCosts);
        // An operator's own key must not hide one of the fields above.
        foreach (var key in (string[])[.. costs.Select(static cost => cost.MetadataKey), .. headers.Select(static pair => pair.Value)])
        {
            if (!fields.ContainsKey(key)) fields[key] = Metadata(key);
        }

        return Protobuf.Extension("envoy.access_loggers.file", new JsonObject
        {
            ["@type"] = Protobuf.Type("envoy.extensions.access_loggers.file.v3.FileAccessLog"),
            ["path"] = "/dev/stdout",
            ["log_format"] = new JsonObject { ["json_format"] = fields, ["omit_empty_values"] = true },
        });
    }

    private static string Metadata(string key) => $"%DYNAMIC_METADATA({ExtProcFilters.DynamicNamespace}:{key})%";
}

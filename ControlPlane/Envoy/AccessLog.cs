using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>One JSON object per request on standard output, with the field names of the gateway's own access log.</summary>
internal static class AccessLog
{
    /// <summary>Fields of any exchange. Queries are left out: some clients put keys into them.</summary>
    private static readonly (string Name, string Value)[] s_exchange =
    [
        ("start_time", "%START_TIME%"),
        ("method", "%REQ(:METHOD)%"),
        ("x-envoy-origin-path", "%PATH(NQ:ORIG_OR_PATH)%"),
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

    /// <summary>Token counts, by the key that the operator gave a cost of that kind, or by the usual one.</summary>
    private static readonly (CostKind Kind, string Field, string UsualKey)[] s_usage =
    [
        (CostKind.InputToken, "gen_ai.usage.input_tokens", "llm_input_token"),
        (CostKind.CachedInputToken, "gen_ai.usage.cached_input_tokens", "llm_cached_input_token"),
        (CostKind.OutputToken, "gen_ai.usage.output_tokens", "llm_output_token"),
        (CostKind.TotalToken, "gen_ai.usage.total_tokens", "llm_total_token"),
        (CostKind.ReasoningToken, "gen_ai.usage.reasoning_tokens", "llm_reasoning_token"),
    ];

    public static JsonObject Log(GatewaySnapshot snapshot, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in s_exchange) fields[name] = value;
        fields["gen_ai.request.model"] = "%REQ(X-AI-EG-MODEL)%";
        fields["gen_ai.request.model_override"] = Metadata("model_name_override");
        fields["gen_ai.response.model"] = Metadata("response_model");
        fields["gen_ai.provider.name"] = Metadata("backend_name");
        var costs = snapshot.Routes.SelectMany(static route => route.Costs).Concat(snapshot.GlobalCosts).ToList();
        foreach (var (kind, field, usualKey) in s_usage) fields[field] = Metadata(costs.Find(cost => cost.Kind == kind)?.MetadataKey ?? usualKey);
        // An operator's own key must not hide one of the fields above.
        foreach (var key in (string[])["token_latency_ttft", "token_latency_itl", .. costs.Select(static cost => cost.MetadataKey), .. headers.Select(static pair => pair.Value)])
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

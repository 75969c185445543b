using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The filters that every request of a listener passes.</summary>
internal static class HttpFilters
{
    /// <summary>
    /// Headers by which the service steers Envoy are its own. What a client sends under their names is gone before the first route is looked for: otherwise
    /// it would choose a route by itself, past the service.
    /// </summary>
    public static JsonObject WithoutClaims() => Protobuf.Extension("envoy.http.early_header_mutation.header_mutation", new JsonObject
    {
        ["@type"] = Protobuf.Type("envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"),
        ["mutations"] = new JsonArray(
            new JsonObject { ["remove_on_match"] = StartingWith("x-ai-eg-") },
            new JsonObject { ["remove_on_match"] = StartingWith("x-envoy-") },
            new JsonObject { ["remove"] = "x-gateway-destination-endpoint" }),
    });

    /// <summary>Log attributes first, so that refused requests have them; the service and the operator's processors where a route enables them; the router last.</summary>
    public static JsonArray Chain(int port, IReadOnlyList<KeyValuePair<string, string>> logHeaders, bool needExtProc, IEnumerable<JsonNode> processors)
    {
        var filters = new JsonArray((JsonNode)LogAttributes(logHeaders));
        if (needExtProc) filters.Add((JsonNode)ExtProcFilters.Router(port));
        foreach (var processor in processors) filters.Add(processor);
        filters.Add((JsonNode)Protobuf.Extension("envoy.filters.http.router", new JsonObject
        {
            ["@type"] = Protobuf.Type("envoy.extensions.filters.http.router.v3.Router"),
            ["suppress_envoy_headers"] = true,
        }));
        return filters;
    }

    private static JsonObject StartingWith(string prefix) => new() { ["key_matcher"] = new JsonObject { ["prefix"] = prefix, ["ignore_case"] = true } };

    private static JsonObject LogAttributes(IReadOnlyList<KeyValuePair<string, string>> headers) => Protobuf.Extension("envoy.filters.http.header_to_metadata", new JsonObject
    {
        ["@type"] = Protobuf.Type("envoy.extensions.filters.http.header_to_metadata.v3.Config"),
        ["request_rules"] = Protobuf.Array(headers.Select(static pair => Rule(pair.Key, pair.Value)).Prepend(Path())),
    });

    private static JsonObject Path()
    {
        var rule = Rule(":path", AccessLog.PathKey);
        rule["on_header_present"]!["regex_value_rewrite"] = new JsonObject
        {
            ["pattern"] = new JsonObject { ["regex"] = "^([^?#]*).*$" },
            ["substitution"] = "\\1",
        };
        return rule;
    }

    private static JsonObject Rule(string header, string key) => new()
    {
        ["header"] = header,
        ["on_header_present"] = new JsonObject { ["metadata_namespace"] = ExtProcFilters.DynamicNamespace, ["key"] = key, ["type"] = "STRING" },
    };
}

using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// The service sees most of Envoy's own answers and puts them into the caller's dialect. Not so when a backend breaks off after its head: then the answer's head
/// has passed the service already, and what Envoy makes in its place does not pass again. So Envoy itself writes these.
/// </summary>
internal static class BrokenAnswers
{
    /// <summary>Response flags of a backend or connection that broke off (access log documentation of Envoy).</summary>
    private static readonly string[] s_reset = ["UC", "UR", "UPE", "LR"];

    private static readonly string[] s_timeout = ["UT", "SI"];

    public static JsonObject Config(IReadOnlyList<AiPathSet> dialects) => new()
    {
        ["mappers"] = Protobuf.Array(dialects.SelectMany(static dialect => (JsonNode[])
        [
            Mapper(dialect.Name, s_timeout, 504, dialect.Errors.Timeout),
            Mapper(dialect.Name, s_reset, 502, dialect.Errors.Reset),
        ])),
    };

    private static JsonObject Mapper(string dialect, string[] flags, int status, string json) => new()
    {
        ["filter"] = new JsonObject
        {
            ["and_filter"] = new JsonObject
            {
                ["filters"] = new JsonArray(
                    new JsonObject { ["response_flag_filter"] = new JsonObject { ["flags"] = Protobuf.Texts(flags) } },
                    new JsonObject
                    {
                        ["metadata_filter"] = new JsonObject
                        {
                            ["matcher"] = new JsonObject
                            {
                                ["filter"] = ExtProcFilters.DynamicNamespace,
                                ["path"] = new JsonArray(new JsonObject { ["key"] = "dialect" }),
                                ["value"] = new JsonObject { ["string_match"] = new JsonObject { ["exact"] = dialect } },
                            },
                            ["match_if_key_not_found"] = false,
                        },
                    }),
            },
        },
        ["status_code"] = status,
        ["body_format_override"] = new JsonObject
        {
            ["text_format_source"] = new JsonObject { ["inline_string"] = json },
            ["content_type"] = "application/json",
        },
    };
}

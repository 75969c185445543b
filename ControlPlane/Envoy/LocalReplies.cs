using System.Text.Json.Nodes;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Answers that Envoy gives itself, in the shape and with the codes of docs/errors.md.</summary>
internal static class LocalReplies
{
    private const string RequestId = "%REQ(X-REQUEST-ID)%";

    /// <summary>A rule that cannot be served.</summary>
    public static JsonObject NoBackend(string route) =>
        Json(500, $$$"""{"error":{"message":"The rule that serves this request has no usable backend; see the status of route {{{route}}}.","type":"server_error","param":null,"code":"no_backend"},"request_id":"{{{RequestId}}}"}""");

    /// <summary>An answer with operators of Envoy's log format in its text.</summary>
    public static JsonObject Json(int status, string template) => new()
    {
        ["status"] = status,
        ["body_format"] = new JsonObject
        {
            ["text_format_source"] = new JsonObject { ["inline_string"] = template },
            ["content_type"] = "application/json",
        },
    };
}

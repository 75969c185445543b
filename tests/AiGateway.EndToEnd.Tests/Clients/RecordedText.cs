using System.Text.Json.Nodes;
using AiGateway.TestSupport.Vectors;
using AiGateway.TestSupport.Wire;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>What a client must make of a recording, read from the recording by other means than the client's.</summary>
internal static class RecordedText
{
    public static string OfChat(Cassette recording) => (string)JsonNode.Parse(recording.ResponseBody)!["choices"]![0]!["message"]!["content"]!;

    public static string OfChatStream(Cassette recording) =>
        string.Concat(Events(recording).Select(chunk => chunk["choices"] is JsonArray { Count: > 0 } choices ? (string?)choices[0]!["delta"]?["content"] : null));

    public static string OfMessage(Cassette recording) =>
        string.Concat(JsonNode.Parse(recording.ResponseBody)!["content"]!.AsArray().Where(block => (string?)block!["type"] == "text").Select(block => (string?)block!["text"]));

    public static string OfMessageStream(Cassette recording) =>
        string.Concat(Events(recording).Where(e => (string?)e["delta"]?["type"] == "text_delta").Select(e => (string?)e["delta"]!["text"]));

    public static string OfResponse(Cassette recording) => OutputText(JsonNode.Parse(recording.ResponseBody)!);

    public static string OfResponseStream(Cassette recording) => OutputText(Events(recording).Single(e => (string?)e["type"] == "response.completed")["response"]!);

    private static string OutputText(JsonNode response) =>
        string.Concat(response["output"]!.AsArray().Where(item => (string?)item!["type"] == "message").SelectMany(item => item!["content"]!.AsArray()).Select(part => (string?)part!["text"]));

    private static IEnumerable<JsonNode> Events(Cassette recording) =>
        SseFrame.Parse(recording.ResponseBody).Where(frame => frame.Data != "[DONE]").Select(frame => JsonNode.Parse(frame.Data)!);
}

using System.Text.Json.Nodes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>The providers' own Node clients against the real processes.</summary>
public sealed class NodeClientTests(ClientOrigins origins)
{
    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task OpenAI_Demo_UnderstandsEveryAnswer(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var demo = await origins.DemoAsync(topology);

        var results = await NodeScript.RunAsync("openai.mjs", demo, new Dictionary<string, string>
        {
            ["chat"] = "demo-chat",
            ["chatStream"] = "demo-chat",
            ["chatStreamUsage"] = "demo-chat",
            ["tools"] = "demo-tools",
            ["responses"] = "demo-chat",
            ["responsesStream"] = "demo-chat",
            ["embeddings"] = "demo-embedding",
            ["image"] = "demo-image",
            ["transcription"] = "demo-transcribe",
            ["speech"] = "demo-speech",
            ["models"] = "",
            ["error"] = "no-such-model",
        }, deadline);

        var text = (string)results["chat"]!["text"]!;
        Assert.Contains("Say hello to Grace Hopper", text, StringComparison.Ordinal);
        Assert.Equal(text, (string)results["chatStream"]!["text"]!);
        Assert.True((int)results["chatStream"]!["chunks"]! > 5);
        Assert.Equal((int)results["chat"]!["tokens"]!, (int)results["chatStreamUsage"]!["tokens"]!);
        Assert.NotEmpty((string)results["chat"]!["requestId"]!);
        Assert.Equal("tool_calls", (string)results["tools"]!["finish"]!);
        Assert.Equal("get_weather", (string)Assert.Single(results["tools"]!["calls"]!.AsArray())!["name"]!);
        Assert.NotNull(results["tools"]!["calls"]![0]!["arguments"]!["city"]);
        Assert.Contains("Say hello to Grace Hopper", (string)results["responses"]!["text"]!, StringComparison.Ordinal);
        Assert.Equal((string)results["responses"]!["text"]!, (string)results["responsesStream"]!["text"]!);
        Assert.Equal("response.completed", (string)results["responsesStream"]!["last"]!);
        Assert.Equal("""{"count":2,"dimensions":256}""", results["embeddings"]!.ToJsonString());
        Assert.Equal("PNG", (string)results["image"]!["start"]!);
        Assert.Contains("hello.wav", (string)results["transcription"]!["text"]!, StringComparison.Ordinal);
        Assert.Equal("RIFF", (string)results["speech"]!["start"]!);
        Assert.Contains("demo-chat", results["models"]!["ids"]!.AsArray().Select(id => (string)id!));
        Assert.Equal("NotFoundError", (string)results["error"]!["type"]!);
        Assert.NotEmpty((string)results["error"]!["requestId"]!);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Anthropic_Demo_UnderstandsEveryAnswer(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var demo = await origins.DemoAsync(topology);

        var results = await NodeScript.RunAsync("anthropic.mjs", demo, new Dictionary<string, string>
        {
            ["message"] = "demo-claude",
            ["messageStream"] = "demo-claude",
            ["tools"] = "demo-claude-tools",
            ["countTokens"] = "demo-claude",
            ["error"] = "no-such-model",
        }, deadline);

        Assert.Contains("Say hello to Grace Hopper", (string)results["message"]!["text"]!, StringComparison.Ordinal);
        Assert.Equal("end_turn", (string)results["message"]!["stop"]!);
        Assert.Equal((string)results["message"]!["text"]!, (string)results["messageStream"]!["text"]!);
        Assert.Equal((string)results["messageStream"]!["text"]!, (string)results["messageStream"]!["deltas"]!);
        Assert.Equal((int)results["message"]!["output"]!, (int)results["messageStream"]!["output"]!);
        Assert.Equal("tool_use", (string)results["tools"]!["stop"]!);
        Assert.Equal("get_weather", (string)Assert.Single(results["tools"]!["calls"]!.AsArray())!["name"]!);
        Assert.True((int)results["countTokens"]!["input"]! > 3);
        Assert.Equal("NotFoundError", (string)results["error"]!["type"]!);
        Assert.Equal("not_found_error", (string)results["error"]!["kind"]!);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task OpenAI_Recordings_ReadsWhatTheProviderSaid(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var recordings = await origins.RecordingsAsync(topology);

        var results = await NodeScript.RunAsync("openai.mjs", recordings.Origin, new Dictionary<string, string>
        {
            ["chat"] = "chat-basic",
            ["chatStream"] = "chat-streaming",
            ["tools"] = "chat-tools",
            ["responses"] = "responses-basic",
            ["responsesStream"] = "responses-streaming",
            ["transcription"] = "audio-transcription-basic",
            ["error"] = "chat-rate-limited",
        }, deadline);

        Assert.Equal(RecordedText.OfChat(recordings.Recording("chat-basic")), (string)results["chat"]!["text"]!);
        Assert.Equal(RecordedText.OfChatStream(recordings.Recording("chat-streaming")), (string)results["chatStream"]!["text"]!);
        var call = Assert.Single(results["tools"]!["calls"]!.AsArray())!;
        Assert.Equal("get_current_weather", (string)call["name"]!);
        Assert.Equal("Boston, MA", (string)call["arguments"]!["location"]!);
        Assert.Equal(RecordedText.OfResponse(recordings.Recording("responses-basic")), (string)results["responses"]!["text"]!);
        Assert.Equal(RecordedText.OfResponseStream(recordings.Recording("responses-streaming")), (string)results["responsesStream"]!["text"]!);
        Assert.Equal((string)JsonNode.Parse(recordings.Recording("audio-transcription-basic").ResponseBody)!["text"]!, (string)results["transcription"]!["text"]!);
        Assert.Equal("RateLimitError", (string)results["error"]!["type"]!);
        Assert.All(recordings.Upstream.Requests, request => Assert.NotEqual("Bearer key-of-the-client", request.Headers["authorization"]));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Anthropic_Recordings_ReadsWhatTheProviderSaid(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var recordings = await origins.RecordingsAsync(topology);

        var results = await NodeScript.RunAsync("anthropic.mjs", recordings.Origin, new Dictionary<string, string>
        {
            ["message"] = "messages-basic",
            ["messageStream"] = "messages-streaming",
            ["tools"] = "messages-tools",
            ["error"] = "messages-unknown-model",
        }, deadline);

        Assert.Equal(RecordedText.OfMessage(recordings.Recording("messages-basic")), (string)results["message"]!["text"]!);
        Assert.Equal(RecordedText.OfMessageStream(recordings.Recording("messages-streaming")), (string)results["messageStream"]!["text"]!);
        Assert.Equal("tool_use", (string)results["tools"]!["stop"]!);
        Assert.Equal("NotFoundError", (string)results["error"]!["type"]!);
    }
}

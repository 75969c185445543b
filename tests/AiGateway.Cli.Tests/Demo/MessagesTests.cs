using System.Text.Json;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Demo;

public sealed class MessagesTests
{
    private const string Path = "/v1/messages";
    private const string Hello = """{"model":"demo-chat","max_tokens":200,"messages":[{"role":"user","content":"Hello"}]}""";

    [Fact]
    public async Task Answer_Hello_IsAMessage()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, Hello);

        Assert.Equal("message", answer.GetProperty("type").GetString());
        Assert.Equal("end_turn", answer.GetProperty("stop_reason").GetString());
        Assert.Contains("You said: \"Hello\".", answer.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(8, answer.GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task Stream_Reasoning_EventsComeInOrderAndJoinToTheAnswer()
    {
        await using var demo = await DemoClient.StartAsync();
        var request = Hello.Replace("demo-chat", "demo-reasoning", StringComparison.Ordinal);

        var whole = await demo.JsonAsync(Path, request);
        var events = await demo.EventsAsync(Path, request[..^1] + ",\"stream\":true}");

        Assert.All(events, static e => Assert.Equal(e.Name, e.Json.GetProperty("type").GetString()));
        Assert.Equal(
            ["message_start", "ping", "content_block_start", "content_block_delta", "content_block_stop", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            Collapse(events.Select(static e => e.Name!)));
        var blocks = whole.GetProperty("content");
        Assert.Equal(["thinking", "text"], blocks.EnumerateArray().Select(static block => block.GetProperty("type").GetString()));
        Assert.Equal(blocks[0].GetProperty("thinking").GetString(), Joined(events, "thinking"));
        Assert.StartsWith("demo-signature-", Joined(events, "signature"), StringComparison.Ordinal);
        Assert.Equal(blocks[1].GetProperty("text").GetString(), Joined(events, "text"));
        Assert.Equal(whole.GetProperty("usage").GetProperty("output_tokens").GetInt32(), events[^2].Json.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Equal(4, whole.GetProperty("usage").GetProperty("cache_read_input_tokens").GetInt32());
    }

    [Fact]
    public async Task Reasoning_ThinkingDisabled_ShowsNoThoughts()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, Hello.Replace("demo-chat", "demo-reasoning", StringComparison.Ordinal)[..^1] + ",\"thinking\":{\"type\":\"disabled\"}}");

        Assert.Equal(["text"], answer.GetProperty("content").EnumerateArray().Select(static block => block.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Tools_Streamed_InputJoinsToItsSchema()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Schema = """{"type":"object","properties":{"unit":{"enum":["celsius","fahrenheit"]}},"required":["unit"]}""";
        var request = $$$"""{"model":"demo-tools","max_tokens":200,"messages":[{"role":"user","content":"Weather?"}],"tools":[{"name":"weather","input_schema":{{{Schema}}}}]}""";

        var whole = await demo.JsonAsync(Path, request);
        var events = await demo.EventsAsync(Path, request[..^1] + ",\"stream\":true}");

        Assert.Equal("tool_use", whole.GetProperty("stop_reason").GetString());
        Assert.Equal("""{"unit":"celsius"}""", whole.GetProperty("content")[0].GetProperty("input").GetRawText());
        Assert.Equal("""{"unit":"celsius"}""", Joined(events, "partial_json"));
        Assert.Equal("tool_use", events[^2].Json.GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [Fact]
    public async Task Tools_ResultInHistory_AnswersWithIt()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Request = """
            {"model":"demo-tools","max_tokens":200,"tools":[{"name":"weather","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"Weather?"},
            {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"weather","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"rain"}]}]}]}
            """;

        var answer = await demo.JsonAsync(Path, Request);

        Assert.Equal("The tool answered: rain. That is all demo-tools knows about it.", answer.GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task MaxTokens_InsideToolArguments_WholeAnswerStaysValid()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, """{"model":"demo-tools","max_tokens":3,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"t","input_schema":{"type":"object","properties":{"long_member":{"type":"string"}}}}]}""");

        Assert.Equal("max_tokens", answer.GetProperty("stop_reason").GetString());
        Assert.Equal(JsonValueKind.Object, answer.GetProperty("content")[0].GetProperty("input").ValueKind);
    }

    [Fact]
    public async Task CountTokens_SameMessages_GivesTheUsageOfTheAnswer()
    {
        await using var demo = await DemoClient.StartAsync();

        var counted = await demo.JsonAsync("/v1/messages/count_tokens", """{"model":"demo-chat","messages":[{"role":"user","content":"Hello"}]}""");
        var answer = await demo.JsonAsync(Path, Hello);

        Assert.Equal(answer.GetProperty("usage").GetProperty("input_tokens").GetInt32(), counted.GetProperty("input_tokens").GetInt32());
    }

    private static string Joined(IEnumerable<SseEvent> events, string member) => string.Concat(events
        .Where(static e => e.Name == "content_block_delta")
        .Select(e => e.Json.GetProperty("delta").TryGetProperty(member, out var text) ? text.GetString() : null));

    private static List<string> Collapse(IEnumerable<string> names)
    {
        List<string> runs = [];
        foreach (var name in names)
        {
            if (runs.Count == 0 || runs[^1] != name)
                runs.Add(name);
        }

        return runs;
    }
}

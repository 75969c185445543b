using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Demo;

public sealed class ResponsesTests
{
    private const string Path = "/v1/responses";

    [Fact]
    public async Task Answer_TextInput_IsOneMessage()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, """{"model":"demo-chat","input":"Hello"}""");

        Assert.Equal("completed", answer.GetProperty("status").GetString());
        var part = answer.GetProperty("output")[0].GetProperty("content")[0];
        Assert.Equal("output_text", part.GetProperty("type").GetString());
        Assert.Contains("You said: \"Hello\".", part.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_Reasoning_IsNumberedAndEndsWithTheWholeAnswer()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Request = """{"model":"demo-reasoning","input":[{"role":"user","content":[{"type":"input_text","text":"Hello"}]}]}""";

        var whole = await demo.JsonAsync(Path, Request);
        var events = await demo.EventsAsync(Path, Request[..^1] + ",\"stream\":true}");

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(static e => e.Json.GetProperty("sequence_number").GetInt32()));
        Assert.All(events, static e => Assert.Equal(e.Name, e.Json.GetProperty("type").GetString()));
        Assert.Equal("response.created", events[0].Name);
        Assert.Equal("response.completed", events[^1].Name);
        var last = events[^1].Json.GetProperty("response");
        Assert.Equal(whole.GetProperty("usage").GetRawText(), last.GetProperty("usage").GetRawText());
        Assert.Equal(Text(whole.GetProperty("output")[1]), Joined(events, "response.output_text.delta"));
        Assert.Equal(whole.GetProperty("output")[0].GetProperty("summary")[0].GetProperty("text").GetString(), Joined(events, "response.reasoning_summary_text.delta"));
        Assert.True(whole.GetProperty("usage").GetProperty("output_tokens_details").GetProperty("reasoning_tokens").GetInt32() > 0);
    }

    [Fact]
    public async Task Tools_CallThenResult_Work()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Tools = """
            "tools":[{"type":"function","name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}},{"type":"web_search"}]
            """;

        var call = (await demo.JsonAsync(Path, $$"""{"model":"demo-tools","input":"Weather?",{{Tools}}}""")).GetProperty("output");
        var answer = await demo.JsonAsync(Path, $$"""
            {"model":"demo-tools",{{Tools}},"input":[{"role":"user","content":"Weather?"},{{call[0].GetRawText()}},{"type":"function_call_output","call_id":"c","output":"rain"}]}
            """);

        Assert.Equal(1, call.GetArrayLength());
        Assert.Equal("""{"city":"demo city"}""", call[0].GetProperty("arguments").GetString());
        Assert.Equal("The tool answered: rain. That is all demo-tools knows about it.", Text(answer.GetProperty("output")[0]));
    }

    [Fact]
    public async Task MaxOutputTokens_ShorterThanAnswer_IsIncomplete()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, """{"model":"demo-chat","input":"Hello","max_output_tokens":3}""");
        var events = await demo.EventsAsync(Path, """{"model":"demo-chat","input":"Hello","max_output_tokens":3,"stream":true}""");

        Assert.Equal("incomplete", answer.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", answer.GetProperty("incomplete_details").GetProperty("reason").GetString());
        Assert.Equal("response.incomplete", events[^1].Name);
    }

    [Fact]
    public async Task Format_JsonSchema_IsSatisfied()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Schema = """{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}""";

        var answer = await demo.JsonAsync(Path, $$$"""
            {"model":"demo-chat","input":"Hello","text":{"format":{"type":"json_schema","name":"x","schema":{{{Schema}}} } } }
            """);

        SchemaCheck.Satisfies(Schema, Text(answer.GetProperty("output")[0]));
    }

    [Fact]
    public async Task InputTokens_SameInput_GivesTheUsageOfTheAnswer()
    {
        await using var demo = await DemoClient.StartAsync();

        var counted = await demo.JsonAsync("/v1/responses/input_tokens", """{"model":"demo-chat","input":"Hello"}""");

        Assert.Equal("response.input_tokens", counted.GetProperty("object").GetString());
        Assert.Equal(8, counted.GetProperty("input_tokens").GetInt32());
    }

    private static string Text(System.Text.Json.JsonElement item) => item.GetProperty("content")[0].GetProperty("text").GetString()!;

    private static string Joined(IEnumerable<SseEvent> events, string name) =>
        string.Concat(events.Where(e => e.Name == name).Select(static e => e.Json.GetProperty("delta").GetString()));
}

using System.Text.Json;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Demo;

public sealed class ChatTests
{
    private const string Path = "/v1/chat/completions";
    private const string Hello = """{"model":"demo-chat","messages":[{"role":"user","content":"Hello"}]}""";
    private const string HelloText =
        "This is demo-chat, a demo model inside the gateway. You said: \"Hello\". There is no language model behind this answer, so the same request always gets the same one.";

    private const string TwoTools = """
        "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":3}},"required":["city","days"]}}},
        {"type":"function","function":{"name":"get_time"}}]
        """;

    [Fact]
    public async Task Answer_Hello_IsGolden()
    {
        await using var demo = await DemoClient.StartAsync();

        using var response = await demo.PostAsync(Path, Hello);

        Assert.Equal(
            """{"id":"chatcmpl-0b63cc5ee92f5b1661a4c6d0","object":"chat.completion","created":1735689600,"model":"demo-chat","system_fingerprint":"fp_demo","choices":[{"index":0,"message":{"role":"assistant","content":"This is demo-chat, a demo model inside the gateway. You said: \"Hello\". There is no language model behind this answer, so the same request always gets the same one.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":8,"completion_tokens":43,"total_tokens":51,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Answer_SameRequestTwice_SameBytes()
    {
        await using var first = await DemoClient.StartAsync();
        await using var second = await DemoClient.StartAsync();

        var one = await first.JsonAsync(Path, Hello);
        var two = await second.JsonAsync(Path, Hello);
        var other = await second.JsonAsync(Path, Hello.Replace("Hello", "Hallo", StringComparison.Ordinal));

        Assert.Equal(one.GetRawText(), two.GetRawText());
        Assert.NotEqual(one.GetProperty("id").GetString(), other.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Stream_Hello_OneWordPerEventTwentyMillisecondsApart()
    {
        var time = new InstantTime();
        await using var demo = await DemoClient.StartAsync(time);

        var events = await demo.EventsAsync(Path, Streamed(Hello));

        var words = events.Select(Content).Where(static word => !string.IsNullOrEmpty(word)).ToList();
        Assert.Equal(HelloText, string.Concat(words));
        Assert.Equal(HelloText.Split(' ').Length, words.Count);
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMilliseconds(20), words.Count - 1), time.Waits);
        Assert.Equal("assistant", events[0].Json.GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.Equal("stop", events[^2].Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal("[DONE]", events[^1].Data);
        Assert.DoesNotContain(events, static e => e.Data.Contains("usage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stream_UsageAskedFor_LastChunkHasUsageAndNoChoices()
    {
        await using var demo = await DemoClient.StartAsync();

        var events = await demo.EventsAsync(Path, With(Streamed(Hello), "\"stream_options\":{\"include_usage\":true}"));

        var last = events[^2].Json;
        Assert.Equal(0, last.GetProperty("choices").GetArrayLength());
        Assert.Equal((await demo.JsonAsync(Path, Hello)).GetProperty("usage").GetRawText(), last.GetProperty("usage").GetRawText());
        Assert.All(events.Take(events.Count - 2), static e => Assert.Equal(JsonValueKind.Null, e.Json.GetProperty("usage").ValueKind));
    }

    [Fact]
    public async Task Stream_SlowModel_FirstByteAfterThreeSecondsThenHalfSeconds()
    {
        var time = new InstantTime();
        await using var demo = await DemoClient.StartAsync(time);

        await demo.EventsAsync(Path, Streamed(Hello).Replace("demo-chat", "demo-slow", StringComparison.Ordinal));

        Assert.Equal(TimeSpan.FromSeconds(3), time.Waits[0]);
        Assert.All(time.Waits.Skip(1), static wait => Assert.Equal(TimeSpan.FromMilliseconds(500), wait));
        Assert.True(time.Waits.Count > 5);
    }

    [Fact]
    public async Task Stream_GatewayHangsUp_StopsAtOnce()
    {
        var time = new StandingTime();
        await using var demo = await DemoClient.StartAsync(time);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Streamed(Hello)) };

        var response = await demo.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await time.Waiting.WaitAsync(TestContext.Current.CancellationToken);
        response.Dispose();

        await time.GivenUp.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Reasoning_Answer_ShowsThoughtsAndCountsThem()
    {
        await using var demo = await DemoClient.StartAsync();
        var request = Hello.Replace("demo-chat", "demo-reasoning", StringComparison.Ordinal);

        var answer = await demo.JsonAsync(Path, request);
        var events = await demo.EventsAsync(Path, Streamed(request));

        var thoughts = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning_content").GetString()!;
        Assert.Contains("1 word.", thoughts, StringComparison.Ordinal);
        Assert.Equal(thoughts, string.Concat(events.Select(static e => Delta(e, "reasoning_content"))));
        var usage = answer.GetProperty("usage");
        Assert.Equal(4, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        var reasoning = usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32();
        Assert.InRange(reasoning, 20, usage.GetProperty("completion_tokens").GetInt32() - 20);
    }

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("max_completion_tokens")]
    public async Task MaxTokens_ShorterThanAnswer_CutsWithLength(string member)
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, With(Hello, $"\"{member}\":5"));

        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("This is demo-chat", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(5, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Tools_TwoOffered_CallsBothWithArgumentsOfTheirSchema()
    {
        await using var demo = await DemoClient.StartAsync();

        var choice = (await demo.JsonAsync(Path, ToolRequest(TwoTools))).GetProperty("choices")[0];

        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        var calls = choice.GetProperty("message").GetProperty("tool_calls");
        Assert.Equal(2, calls.GetArrayLength());
        Assert.Equal("get_weather", calls[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("""{"city":"demo city","days":3}""", calls[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal("{}", calls[1].GetProperty("function").GetProperty("arguments").GetString());
        Assert.NotEqual(calls[0].GetProperty("id").GetString(), calls[1].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Tools_Streamed_ArgumentsJoinToTheWholeAnswer()
    {
        await using var demo = await DemoClient.StartAsync();

        var events = await demo.EventsAsync(Path, Streamed(ToolRequest(TwoTools)));

        var deltas = events.Where(static e => e.Data.Contains("\"tool_calls\":[", StringComparison.Ordinal))
            .Select(static e => e.Json.GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0]).ToList();
        var arguments = string.Concat(deltas.Where(static call => call.GetProperty("index").GetInt32() == 0).Select(static call => call.GetProperty("function").GetProperty("arguments").GetString()));
        Assert.Equal("""{"city":"demo city","days":3}""", arguments);
        Assert.Equal(["get_weather", "get_time"], deltas.Where(static call => call.TryGetProperty("id", out _)).Select(static call => call.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal("tool_calls", events[^2].Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("\"parallel_tool_calls\":false", "get_weather")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}", "get_time")]
    public async Task Tools_OneAllowed_CallsThatOne(string restriction, string expected)
    {
        await using var demo = await DemoClient.StartAsync();

        var message = (await demo.JsonAsync(Path, With(ToolRequest(TwoTools), restriction))).GetProperty("choices")[0].GetProperty("message");

        Assert.Equal([expected], message.GetProperty("tool_calls").EnumerateArray().Select(static call => call.GetProperty("function").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Tools_ChoiceNone_AnswersWithText()
    {
        await using var demo = await DemoClient.StartAsync();

        var choice = (await demo.JsonAsync(Path, With(ToolRequest(TwoTools), "\"tool_choice\":\"none\""))).GetProperty("choices")[0];

        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
    }

    [Fact]
    public async Task Tools_ResultInHistory_AnswersWithIt()
    {
        await using var demo = await DemoClient.StartAsync();
        var request = $$"""
            {"model":"demo-tools","messages":[{"role":"user","content":"Weather?"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"get_weather","arguments":"{}"} }]},
            {"role":"tool","tool_call_id":"c","content":"sunny, 21 degrees"}],{{TwoTools}}}
            """;

        var choice = (await demo.JsonAsync(Path, request)).GetProperty("choices")[0];

        Assert.Equal("The tool answered: sunny, 21 degrees. That is all demo-tools knows about it.", choice.GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task JsonMode_Answer_IsAnObject()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync(Path, With(Hello, "\"response_format\":{\"type\":\"json_object\"}"));

        var content = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        Assert.Equal("""{"model":"demo-chat","you_said":"Hello","words":1}""", content);
    }

    [Fact]
    public async Task JsonSchema_Answer_SatisfiesIt()
    {
        await using var demo = await DemoClient.StartAsync();
        const string Schema = """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":18}},"required":["name","age"],"additionalProperties":false}""";

        var answer = await demo.JsonAsync(Path, With(Hello, $$$"""
            "response_format":{"type":"json_schema","json_schema":{"name":"person","strict":true,"schema":{{{Schema}}} } }
            """));

        SchemaCheck.Satisfies(Schema, answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
    }

    [Fact]
    public async Task Content_PartsAndLongText_AreQuotedShort()
    {
        await using var demo = await DemoClient.StartAsync();
        var text = string.Join(' ', Enumerable.Repeat("many words", 60));
        var request = $$$"""{"model":"demo-chat","messages":[{"role":"user","content":[{"type":"text","text":"{{{text}}}"},{"type":"image_url","image_url":{"url":"data:,"}}]}]}""";

        var answer = await demo.JsonAsync(Path, request);

        var content = answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        Assert.Contains("many words…\".", content, StringComparison.Ordinal);
        Assert.True(content.Length < 400);
        Assert.True(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 85 + 120);
    }

    private static string Streamed(string request) => With(request, "\"stream\":true");

    private static string With(string request, string member) => request.TrimEnd()[..^1] + "," + member + "}";

    private static string ToolRequest(string tools) => $$"""{"model":"demo-tools","messages":[{"role":"user","content":"Weather?"}],{{tools}}}""";

    private static string? Content(SseEvent e) => Delta(e, "content");

    private static string? Delta(SseEvent e, string member) =>
        e.Data != "[DONE]" && e.Json.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty(member, out var text)
            ? text.GetString()
            : null;
}

using System.Net.Http.Headers;
using System.Text.Json;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Demo;

public sealed class RefusalTests
{
    private const string Chat = "/v1/chat/completions";

    [Theory]
    [InlineData("not json", null)]
    [InlineData("[]", null)]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("""{"model":"demo-chat"}""", "messages")]
    [InlineData("""{"model":"demo-chat","messages":[]}""", "messages")]
    [InlineData("""{"model":"demo-chat","messages":["x"]}""", "messages[0].role")]
    [InlineData("""{"model":"demo-chat","messages":[{"role":"user","content":"x"}],"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"demo-chat","messages":[{"role":"user","content":"x"}],"temperature":3}""", "temperature")]
    [InlineData("""{"model":"demo-chat","messages":[{"role":"user","content":"x"}],"stream":"yes"}""", "stream")]
    [InlineData("""{"model":"demo-chat","messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":1}}""", "include_usage")]
    [InlineData("""{"model":"demo-embedding","messages":[{"role":"user","content":"x"}]}""", "model")]
    public async Task Chat_BadInput_400InOpenAIShape(string body, string? param)
    {
        await using var demo = await DemoClient.StartAsync();

        var error = (await demo.JsonAsync(Chat, body, 400)).GetProperty("error");

        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Chat_MembersTheDemoDoesNotKnow_AreIgnored()
    {
        await using var demo = await DemoClient.StartAsync();

        await demo.JsonAsync(Chat, """{"model":"demo-chat","messages":[{"role":"user","content":"x"}],"n":2,"stop":["a"],"logprobs":true,"seed":1,"unheard_of":{}}""");
    }

    [Fact]
    public async Task Chat_UnknownModel_404()
    {
        await using var demo = await DemoClient.StartAsync();

        var error = (await demo.JsonAsync(Chat, """{"model":"gpt-9","messages":[{"role":"user","content":"x"}]}""", 404)).GetProperty("error");

        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Messages_BadInput_400InAnthropicShape()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync("/v1/messages", """{"model":"demo-chat","messages":[{"role":"user","content":"x"}]}""", 400);

        Assert.Equal("error", answer.GetProperty("type").GetString());
        Assert.Equal("invalid_request_error", answer.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("max_tokens: Field required", answer.GetProperty("error").GetProperty("message").GetString());
        Assert.StartsWith("req_", answer.GetProperty("request_id").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerank_BadInput_400InCohereShape()
    {
        await using var demo = await DemoClient.StartAsync();

        var answer = await demo.JsonAsync("/v2/rerank", """{"model":"demo-rerank","query":"x"}""", 400);

        Assert.Contains("documents", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Credential_MissingOrWrong_401(string? key)
    {
        await using var demo = await DemoClient.StartAsync();
        demo.Http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);

        var openAI = await demo.JsonAsync(Chat, "{}", 401);
        var anthropic = await demo.JsonAsync("/v1/messages", "{}", 401);

        Assert.Equal("invalid_api_key", openAI.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("authentication_error", anthropic.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Credential_AsApiKeyHeader_IsAccepted()
    {
        await using var demo = await DemoClient.StartAsync();
        demo.Http.DefaultRequestHeaders.Authorization = null;
        demo.Http.DefaultRequestHeaders.Add("x-api-key", demo.Provider.Key.Reveal());

        await demo.JsonAsync("/v1/messages", """{"model":"demo-chat","max_tokens":10,"messages":[{"role":"user","content":"x"}]}""");
    }

    [Fact]
    public async Task Limited_AnyRequest_429WithRetryAfter()
    {
        await using var demo = await DemoClient.StartAsync();

        using var response = await demo.PostAsync(Chat, """{"model":"demo-limited","messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Flaky_UnreliableBackend_FailsTwoOfThreeAndAlwaysTheSame()
    {
        await using var demo = await DemoClient.StartAsync();
        var requests = Enumerable.Range(0, 90).Select(static i => $$"""{"model":"demo-flaky","messages":[{"role":"user","content":"{{i}}"}]}""").ToList();

        List<int> first = [], again = [], reliable = [];
        foreach (var request in requests)
        {
            first.Add(await StatusAsync(demo, "/flaky" + Chat, request));
            again.Add(await StatusAsync(demo, "/flaky" + Chat, request));
            reliable.Add(await StatusAsync(demo, Chat, request));
        }

        Assert.Equal(first, again);
        Assert.InRange(first.Count(static status => status == 503), 48, 72);
        Assert.All(first, static status => Assert.True(status is 200 or 503));
        Assert.All(reliable, static status => Assert.Equal(200, status));
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions")]
    [InlineData("POST", "/v1/nothing")]
    public async Task Path_Unknown_404(string method, string path)
    {
        await using var demo = await DemoClient.StartAsync();

        using var response = await demo.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal(JsonValueKind.Object, DemoClient.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error").ValueKind);
    }

    private static async Task<int> StatusAsync(DemoClient demo, string path, string request)
    {
        using var response = await demo.PostAsync(path, request);
        return (int)response.StatusCode;
    }
}

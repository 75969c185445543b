using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Answers;

public sealed class UsageTests
{
    private static readonly Dictionary<string, (string Path, ProviderSchema Schema, MockAnswer Answer, TokenUsage Usage)> s_cases = new()
    {
        ["chat"] = ("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"model":"x","usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}}"""), new TokenUsage { Input = 10, CachedInput = 4, Output = 5, Reasoning = 3, Total = 15 }),
        ["chat stream"] = ("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).CutEvery(11), Samples.ChatUsage),
        ["completions"] = ("/v1/completions", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"model":"x","usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}"""), new TokenUsage { Input = 3, Output = 1, Total = 4 }),
        ["embeddings"] = ("/v1/embeddings", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"model":"x","data":[],"usage":{"prompt_tokens":8,"total_tokens":8}}"""), new TokenUsage { Input = 8, Total = 8 }),
        ["responses"] = ("/v1/responses", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"model":"x","error":null,"usage":{"input_tokens":6,"input_tokens_details":{"cached_tokens":2},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":15}}"""), new TokenUsage { Input = 6, CachedInput = 2, Output = 9, Reasoning = 1, Total = 15 }),
        ["responses stream"] = ("/v1/responses", ProviderSchema.OpenAI, MockAnswer.Sse("event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"model\":\"x\",\"error\":null,\"usage\":{\"input_tokens\":6,\"output_tokens\":9,\"total_tokens\":15}}}\n\n").CutEvery(9), new TokenUsage { Input = 6, Output = 9, Total = 15 }),
        ["input tokens"] = ("/v1/responses/input_tokens", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"object":"response.input_tokens","input_tokens":21}"""), new TokenUsage { Input = 21 }),
        ["images"] = ("/v1/images/generations", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"data":[{"b64_json":"aa"}],"usage":{"input_tokens":5,"output_tokens":100,"total_tokens":105}}"""), new TokenUsage { Input = 5, Output = 100, Total = 105 }),
        ["rerank"] = ("/cohere/v2/rerank", ProviderSchema.Cohere, MockAnswer.Json(200, """{"results":[],"meta":{"tokens":{"input_tokens":30,"output_tokens":0}}}"""), new TokenUsage { Input = 30, Output = 0, Total = 30 }),
        ["messages"] = ("/anthropic/v1/messages", ProviderSchema.Anthropic, MockAnswer.Json(200, """{"model":"x","usage":{"input_tokens":10,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":4}}"""), new TokenUsage { Input = 15, CachedInput = 3, CacheCreationInput = 2, Output = 4, Total = 19 }),
        ["messages stream"] = ("/anthropic/v1/messages", ProviderSchema.Anthropic, MockAnswer.Sse(Samples.Joined(Samples.MessagesEvents)).CutEvery(13), new TokenUsage { Input = 25, CachedInput = 5, Output = 12, Total = 37 }),
        ["count tokens"] = ("/anthropic/v1/messages/count_tokens", ProviderSchema.Anthropic, MockAnswer.Json(200, """{"input_tokens":14}"""), new TokenUsage { Input = 14 }),
        ["nothing said"] = ("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Json(200, """{"model":"x"}"""), default),
        ["gzip"] = ("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Json(200, Samples.ChatAnswer).Encoded("gzip"), Samples.ChatUsage),
        ["br stream"] = ("/v1/chat/completions", ProviderSchema.OpenAI, MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).Encoded("br").CutEvery(10), Samples.ChatUsage),
        ["gzip stream of Messages"] = ("/anthropic/v1/messages", ProviderSchema.Anthropic, MockAnswer.Sse(Samples.Joined(Samples.MessagesEvents)).Encoded("gzip").CutEvery(10), new TokenUsage { Input = 25, CachedInput = 5, Output = 12, Total = 37 }),
    };

    public static TheoryData<string> Cases() => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Usage_OfEachApi_IsRecordedOnceAndCounted(string name)
    {
        var (path, schema, answer, usage) = s_cases[name];
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(answer);
        var model = $"m-of-{name.Replace(' ', '-')}"; // hosts of one process share a page, so the series must be this test's own
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route(model, upstream.Port, schema));

        var (response, body) = await gateway.AskAsync(path, $$$"""{"model":"{{{model}}}","stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(response.Content.Headers.ContentEncoding);
        if (name.Contains("stream", StringComparison.Ordinal) && path.Contains("messages", StringComparison.Ordinal)) Assert.Equal(Samples.Joined(Samples.MessagesEvents), body);
        var record = await gateway.NextRecordAsync();
        Assert.Equal(usage, record.Usage);
        Assert.Equal(ExchangeOutcome.Succeeded, record.Outcome);
        Assert.Equal(name.Contains("stream", StringComparison.Ordinal), record.Streamed);
        if (usage.Input is { } input) Assert.Contains($"gen_ai_token_type=\"input\"", string.Join('\n', gateway.Metrics().Split('\n').Where(line => line.StartsWith("gen_ai_client_token_usage", StringComparison.Ordinal) && line.Contains("_sum", StringComparison.Ordinal) && line.Contains($"\"{model}\"", StringComparison.Ordinal) && line.EndsWith($" {input}", StringComparison.Ordinal))), StringComparison.Ordinal);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Answer_CompressedForAClientThatReadsIt_PassesByteForByte(string coding)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer).Encoded(coding));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        using var response = await gateway.PostAsync("/v1/chat/completions", Samples.Chat, ("accept-encoding", $"{coding}, zstd"));

        Assert.Equal(coding, Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Equal(coding, Assert.Single(upstream.Requests).Headers["accept-encoding"]);
        Assert.Equal(Samples.ChatUsage, (await gateway.NextRecordAsync()).Usage);
    }

    [Theory]
    [InlineData("""{"model":"m","stream":true}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", true)]
    [InlineData("""{"model":"m","stream":true,"stream_options":null}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", true)]
    [InlineData("""{"model":"m","stream":true,"stream_options":{ }}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true }}""", true)]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage":false}}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", true)]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_obfuscation":false}}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}""", true)]
    [InlineData("""{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", false)]
    [InlineData("""{"model":"m","stream":false}""", """{"model":"m","stream":false}""", false)]
    public async Task Stream_Usage_IsAskedForAndHiddenWhenTheClientDidNot(string body, string sent, bool hidden)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).CutEvery(17));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        foreach (var path in (string[])["/v1/chat/completions", "/v1/completions"])
        {
            var (_, answer) = await gateway.AskAsync(path, body);
            Assert.Equal(hidden ? Samples.ChatEvents[0] + Samples.ChatEvents[1] + Samples.ChatEvents[3] : Samples.Joined(Samples.ChatEvents), answer);
            Assert.Equal(sent, upstream.Requests[^1].BodyText);
            Assert.Equal(Samples.ChatUsage, (await gateway.NextRecordAsync()).Usage);
        }
    }

    [Fact]
    public async Task Costs_CelAndCounters_AreInRecordAndAccessLog()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot
        {
            Costs =
            [
                new CostSpec("in", CostKind.InputToken), new CostSpec("total", CostKind.TotalToken), new CostSpec("weighted", CostKind.Cel, "input_tokens + 4u * output_tokens"),
                new CostSpec("broken", CostKind.Cel, "1u - output_tokens"), new CostSpec("named", CostKind.Cel, "model == 'm' && backend.startsWith('default/') ? 1u : 0u"),
            ],
        };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Route("m", upstream.Port));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["in=9", "total=11", "weighted=17", "named=1"], (await gateway.NextRecordAsync()).Costs.Select(cost => $"{cost.Key}={cost.Value}"));
        Assert.Contains("\"weighted\":17", await gateway.OutputAsync(), StringComparison.Ordinal);
        Assert.Contains("aigateway_cost_failures_total{", gateway.Metrics(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(103)]
    [InlineData(102)]
    public async Task Answer_AfterInterimResponse_IsTheFinalOne(int interim)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer).WithInterim(interim, ("link", "</a>")));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Samples.ChatAnswer, body);
        Assert.False(response.Headers.Contains("link"));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task Answer_WithoutBody_PassesWithItsStatus(int status)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.NoBody(status).WithHeader("x-provider", "grüße").WithHeader("connection", "x-hop").WithHeader("x-hop", "1").WithHeader("set-cookie", "a=b"));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(body);
        Assert.Equal("grüße", response.Headers.GetValues("x-provider").Single());
        Assert.False(response.Headers.Contains("x-hop"));
        Assert.False(response.Headers.Contains("set-cookie"));
    }
}

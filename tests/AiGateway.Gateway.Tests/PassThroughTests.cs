using System.Net;
using AiGateway.Contracts;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests;

public sealed class PassThroughTests
{
    private const string Answer = """{"id":"c1","object":"chat.completion","model":"gpt-test-2025","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""";

    [Fact]
    public async Task Chat_PlainAnswer_PassesBytesAndRecordsUsage()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Answer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("gpt-test", upstream.Port));
        const string body = """{ "model" : "gpt-test", "big": 1e400, "id": 12345678901234567890, "messages":[{"role":"user","content":"hé"}] }""";

        using var response = await gateway.PostAsync("/v1/chat/completions", body, ("Authorization", "Bearer client-secret"), ("Cookie", "a=b"), ("x-custom", "kept"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Answer, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var request = await upstream.NextRequestAsync(TestContext.Current.CancellationToken);
        Assert.Equal("/v1/chat/completions", request.Target);
        Assert.Equal(body, request.BodyText);
        Assert.Equal("Bearer planted-openai-key", request.Headers["authorization"]);
        Assert.Equal("kept", request.Headers["x-custom"]);
        Assert.Null(request.Headers["cookie"]);
        var record = await gateway.NextRecordAsync();
        Assert.Equal(ExchangeOutcome.Succeeded, record.Outcome);
        Assert.Equal(new TokenUsage { Input = 9, Output = 2, Total = 11 }, record.Usage);
        Assert.Equal("gpt-test-2025", record.ResponseModel);
        Assert.Equal(1, record.Attempts);
    }

    [Fact]
    public async Task Chat_StreamWithoutIncludeUsage_HidesUsageChunkAndCountsIt()
    {
        const string visible = "data: {\"id\":\"1\",\"model\":\"gpt-test\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}],\"usage\":null}\n\n";
        const string usage = "data: {\"id\":\"1\",\"model\":\"gpt-test\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}\n\n";
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(visible + usage + "data: [DONE]\n\n").CutEvery(7));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("gpt-test", upstream.Port));

        using var response = await gateway.PostAsync("/v1/chat/completions", """{"model":"gpt-test","stream":true,"messages":[]}""");

        Assert.Equal(visible + "data: [DONE]\n\n", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("""{"model":"gpt-test","stream":true,"messages":[],"stream_options":{"include_usage":true}}""", (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).BodyText);
        Assert.Equal(new TokenUsage { Input = 3, Output = 1, Total = 4 }, (await gateway.NextRecordAsync()).Usage);
    }
}

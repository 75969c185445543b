using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Vectors;

namespace AiGateway.EndToEnd.Tests.Phoenix;

/// <summary>What a real Phoenix has after exchanges went through the gateway, read back over its API.</summary>
[Trait("Category", "Heavy")]
public sealed class PhoenixTests(PhoenixFixture phoenix) : IClassFixture<PhoenixFixture>
{
    [Theory]
    [InlineData("chat-basic")]
    [InlineData("chat-streaming")]
    [InlineData("chat-tools")]
    [InlineData("chat-rate-limited")]
    [InlineData("completion-basic")]
    [InlineData("embeddings-basic")]
    [InlineData("image-generation-basic")]
    [InlineData("responses-reasoning-summary")]
    [InlineData("messages-system-tools")]
    [InlineData("messages-thinking-tools-streaming")]
    public async Task Exchange_Recorded_IsStoredAsTheReferenceSpan(string name)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);
        var pair = phoenix.Gateway.Pair(name);
        var cassette = pair.LoadCassette();
        // The model must name the recording; the reference's span names the recorded model.
        var recorded = JsonNode.Parse(cassette.RequestBody)!.AsObject();
        recorded["model"] = name;
        var (model, body) = ((string)JsonNode.Parse(cassette.RequestBody)!["model"]!, recorded.ToJsonString());

        var id = await SendAsync(cassette.Url.AbsolutePath, Encoding.UTF8.GetBytes(body), cassette.Status, deadline);

        var span = await phoenix.Server.SpanAsync(phoenix.Project, id, deadline);
        var stored = span.ToOtlp();
        var actual = stored with { Attributes = stored.Attributes.ToDictionary(pair => pair.Key, pair => pair.Value is string text ? text.Replace($"\"{name}\"", $"\"{model}\"", StringComparison.Ordinal) : pair.Value) };
        Assert.Equal([], SpanComparer.Compare(pair.LoadSpan(), actual, pair, cassette).Where(difference => !difference.Contains("llm.model_name", StringComparison.Ordinal)));
        Assert.Null(span.ParentId);
    }

    [Fact]
    public async Task Session_OfSeveralRequests_HasTheirTracesAndTokens()
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);
        var session = $"session-{Guid.NewGuid():N}";
        for (var turn = 0; turn < 3; turn++) await SendAsync("/v1/chat/completions", Chat("chat-basic", "hello"), 200, deadline, ("agent-session-id", session));

        using var stored = await phoenix.Server.SessionAsync(phoenix.Project, session, traces: 3, deadline);

        var total = JsonNode.Parse(phoenix.Gateway.Recording("chat-basic").ResponseBody)!["usage"]!["total_tokens"]!.GetValue<int>();
        Assert.Equal(3 * total, stored.RootElement.GetProperty("data").GetProperty("token_count_total").GetInt32());
    }

    [Fact]
    public async Task Parent_OfCaller_IsLinked()
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);
        var (trace, caller) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N")[..16]);
        await phoenix.Server.AddSpanAsync(phoenix.Project, trace, caller, deadline);

        var id = await SendAsync("/v1/chat/completions", Chat("chat-basic", "hello"), 200, deadline, ("traceparent", $"00-{trace}-{caller}-01"));

        var span = await phoenix.Server.SpanAsync(phoenix.Project, id, deadline);
        Assert.Equal((trace, caller), (span.TraceId, span.ParentId));
    }

    [Theory]
    [InlineData("""say \u0000 it""")]
    [InlineData("""say \ud800 it""")]
    public async Task Text_ThatPhoenixDropsOrRefuses_ArrivesRepaired(string text)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);

        var id = await SendAsync("/v1/chat/completions", Encoding.UTF8.GetBytes($$"""{"model":"chat-basic","messages":[{"role":"user","content":"{{text}}"}]}"""), 200, deadline);

        var span = await phoenix.Server.SpanAsync(phoenix.Project, id, deadline);
        Assert.Equal("say \uFFFD it", span.Text("llm.input_messages.0.message.content"));
        Assert.DoesNotContain("\\u0000", span.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenUtf8_InAnswer_ArrivesRepaired()
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);
        byte[] body = [.. """{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"bro"""u8, 0xC3, 0x28, 0xFF, .. """ken"}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"""u8];
        phoenix.Gateway.Upstream.When(request => request.Headers["x-broken"] is not null, MockAnswer.Bytes(200, "application/json", body));

        var id = await SendAsync("/v1/chat/completions", Chat("chat-basic", "hello"), 200, deadline, ("x-broken", "1"));

        var span = await phoenix.Server.SpanAsync(phoenix.Project, id, deadline);
        Assert.StartsWith("bro\uFFFD", span.Text("llm.output_messages.0.message.content"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenCount_AboveInt32_ArrivesUnclamped()
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);
        const string answer = """{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"x"}}],"usage":{"prompt_tokens":3000000000,"completion_tokens":2,"total_tokens":3000000002}}""";
        phoenix.Gateway.Upstream.When(request => request.Headers["x-many-tokens"] is not null, MockAnswer.Json(200, answer));

        var id = await SendAsync("/v1/chat/completions", Chat("chat-basic", "hello"), 200, deadline, ("x-many-tokens", "1"));

        Assert.Equal("3000000000", (await phoenix.Server.SpanAsync(phoenix.Project, id, deadline)).Text("llm.token_count.prompt"));
    }

    [Fact]
    public async Task LongChat_OfHundredMessages_ArrivesWhole()
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        await phoenix.EnsureStartedAsync(deadline);
        var messages = Enumerable.Range(0, 100).Select(number => new { role = number % 2 == 0 ? "user" : "assistant", content = $"message {number}" });

        var id = await SendAsync("/v1/chat/completions", JsonSerializer.SerializeToUtf8Bytes(new { model = "chat-basic", messages }), 200, deadline);

        var span = await phoenix.Server.SpanAsync(phoenix.Project, id, deadline);
        Assert.All(Enumerable.Range(0, 100), number => Assert.Equal($"message {number}", span.Text($"llm.input_messages.{number}.message.content")));
    }

    private static byte[] Chat(string model, string text) => JsonSerializer.SerializeToUtf8Bytes(new { model, messages = new[] { new { role = "user", content = text } } });

    private async Task<string> SendAsync(string path, byte[] body, int status, CancellationToken cancellationToken, (string Name, string Value)? header = null)
    {
        var id = $"phoenix-{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/json");
        request.Headers.Add("x-request-id", id);
        if (header is { } extra) request.Headers.Add(extra.Name, extra.Value);
        using var response = await phoenix.Gateway.Origin.Client.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        return id;
    }
}

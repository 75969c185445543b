using System.Text;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Faults;

/// <summary>Requests that two parties could read in two ways: the gateway reads none of them twice.</summary>
public sealed class AmbiguousRequestTests
{
    private const string Smuggled = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-smuggled: yes\r\ncontent-length: 13\r\n\r\n{\"model\":\"m\"}";
    private const string Start = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["length and chunks"] = Start + "content-length: 13\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["chunks and length"] = Start + "transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\nd\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["two lengths"] = Start + "content-length: 13\r\ncontent-length: 14\r\n\r\n{\"model\":\"m\"}",
        ["two equal lengths in one"] = Start + "content-length: 13, 13\r\n\r\n{\"model\":\"m\"}",
        ["length not a number"] = Start + "content-length: 0x0d\r\n\r\n{\"model\":\"m\"}",
        ["unknown transfer coding"] = Start + "transfer-encoding: xchunked\r\n\r\nd\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["chunked not last"] = Start + "transfer-encoding: chunked, identity\r\n\r\nd\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["space before colon"] = Start + "transfer-encoding : chunked\r\n\r\nd\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["folded header"] = Start + "x-a: b\r\n c: d\r\ncontent-length: 13\r\n\r\n{\"model\":\"m\"}",
        ["bare CR in header"] = Start + "x-a: b\rcontent-length: 99\r\ncontent-length: 13\r\n\r\n{\"model\":\"m\"}",
        ["NUL in header"] = Start + "x-a: b\0\r\ncontent-length: 13\r\n\r\n{\"model\":\"m\"}",
        ["no host"] = "POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 13\r\n\r\n{\"model\":\"m\"}",
        ["two hosts"] = Start + "host: other\r\ncontent-length: 13\r\n\r\n{\"model\":\"m\"}",
        ["chunk size not hex"] = Start + "transfer-encoding: chunked\r\n\r\nzz\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["chunk longer than its size"] = Start + "transfer-encoding: chunked\r\n\r\n3\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["chunk size too large"] = Start + "transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
    };

    public static TheoryData<string> Refused() => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Request_WithTwoReadings_IsRefusedAndConnectionClosed(string shape)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(s_refused[shape] + Smuggled, deadline);
        var answers = await ReadToEndAsync(client, deadline);

        Assert.StartsWith("HTTP/1.1 400 ", answers, StringComparison.Ordinal);
        Assert.Equal(1, Count(answers, "HTTP/1.1 "));
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "{\"error\":{\"message\":")]
    [InlineData("/anthropic/v1/messages", "{\"type\":\"error\",")]
    [InlineData("/v1/messages", "{\"type\":\"error\",")]
    [InlineData("/anthropic/v1/files", "{\"type\":\"error\",")]
    public async Task Request_WithTwoLengths_IsRefusedInTheDialectOfThePathUnderItsOwnId(string path, string start)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync($"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 13\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{{\"model\":\"m\"}}\r\n0\r\n\r\n", deadline);
        var response = await client.ReadResponseAsync(deadline);

        Assert.Equal(400, response.Status);
        Assert.StartsWith(start, response.BodyText, StringComparison.Ordinal);
        var id = Guid.Parse(response.Headers["x-request-id"]!);
        Assert.NotEqual(Guid.Empty, id);
        Assert.Contains(id.ToString(), response.BodyText, StringComparison.Ordinal);
    }

    private static readonly Dictionary<string, string> s_read = new()
    {
        ["length with a sign"] = Start + "content-length: +13\r\n\r\n{\"model\":\"m\"}",
        ["chunk extension"] = Start + "transfer-encoding: chunked\r\n\r\nd;a=b\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
        ["two chunks and a trailer"] = Start + "transfer-encoding: chunked\r\n\r\n4\r\n{\"mo\r\n9\r\ndel\":\"m\"}\r\n0\r\nx-trailer: 1\r\n\r\n",
        ["chunked in capitals"] = Start + "Transfer-Encoding: Chunked\r\n\r\nD\r\n{\"model\":\"m\"}\r\n0\r\n\r\n",
    };

    public static TheoryData<string> Read() => [.. s_read.Keys];

    [Theory]
    [MemberData(nameof(Read))]
    public async Task Request_UnusualButClear_IsReadOnceAndSentWithALength(string shape)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync(s_read[shape], deadline);
        var response = await client.ReadResponseAsync(deadline);

        Assert.Equal(200, response.Status);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal("""{"model":"m"}""", request.BodyText);
        Assert.Equal("13", request.Headers["content-length"]);
        Assert.False(request.Headers.Contains("transfer-encoding"));
        Assert.Empty(request.Trailers);
    }

    [Theory]
    [InlineData("expect: 100-continue\r\n", "expect")]
    [InlineData("connection: x-private\r\nx-private: 1\r\n", "x-private")]
    [InlineData("te: trailers\r\n", "te")]
    [InlineData("upgrade: websocket\r\nconnection: upgrade\r\n", "upgrade")]
    [InlineData("proxy-authorization: Basic abc\r\n", "proxy-authorization")]
    public async Task Request_HopByHopHeader_EndsAtTheGateway(string headers, string name)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using var client = await gateway.ConnectAsync();

        await client.PostJsonAsync("/v1/chat/completions", Samples.Chat, deadline, headers);
        var response = await client.ReadResponseAsync(deadline);

        Assert.Equal(200, response.Status);
        Assert.False(Assert.Single(upstream.Requests).Headers.Contains(name));
    }

    [Fact]
    public async Task Headers_ClaimsAndControlsOfTheClient_NeverReachTheProvider()
    {
        string[] names =
        [
            "x-ai-eg-model", "x-ai-eg-original-path", "x-ai-eg-internal-req-id", "x-ai-eg-upstream-host", "x-aigw-api-key", "x-aigw-aws-access-key-id", "x-forwarded-for",
            "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-envoy-original-path", "x-envoy-upstream-rq-timeout-ms", "x-real-ip", "via", "cookie", "x-gateway-destination-endpoint",
        ];
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Route("other", 1));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat, [.. names.Select(name => (name, "other")), ("x-kept", "grüße")]);

        Assert.Equal(200, (int)response.StatusCode);
        var headers = Assert.Single(upstream.Requests).Headers;
        Assert.DoesNotContain(names, headers.Contains);
        Assert.Equal("grüße", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(headers["x-kept"]!)));
    }

    private static async Task<string> ReadToEndAsync(AiGateway.TestSupport.Wire.RawHttpClient client, CancellationToken deadline)
    {
        var answers = new StringBuilder();
        try
        {
            answers.Append(await client.ReadToEndAsync(deadline));
        }
        catch (IOException)
        {
            Assert.Fail("the connection was reset before the answer could be read");
        }

        return answers.ToString();
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}

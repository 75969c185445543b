using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.Gateway.Tests.Faults;

public sealed class RequestBodyTests
{
    private static readonly string s_deep = string.Concat(Enumerable.Repeat("[", 600)) + string.Concat(Enumerable.Repeat("]", 600));

    private static readonly Dictionary<string, byte[]> s_refused = new()
    {
        ["empty"] = [],
        ["not JSON"] = "model=m"u8.ToArray(),
        ["cut off"] = """{"model":"m","messages":[{"role":"""u8.ToArray(),
        ["two values"] = """{"model":"m"}{"model":"m"}"""u8.ToArray(),
        ["an array"] = """["model","m"]"""u8.ToArray(),
        ["broken UTF-8"] = [.. "{\"model\":\"m\",\"a\":\""u8, 0xc3, 0x28, .. "\"}"u8],
        ["deeper than the bound"] = Encoding.UTF8.GetBytes($$"""{"model":"m","a":{{s_deep}}}"""),
        ["model twice"] = """{"model":"m","model":"other"}"""u8.ToArray(),
        ["model twice, once with an escape"] = """{"model":"m","\u006dodel":"other"}"""u8.ToArray(),
        ["model is a number"] = """{"model":5}"""u8.ToArray(),
        ["model is half a surrogate pair"] = """{"model":"\ud800"}"""u8.ToArray(),
        ["model without end"] = Encoding.UTF8.GetBytes($$"""{"model":"{{new string('m', 5000)}}"}"""),
    };

    public static TheoryData<string> Refused() => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Body_NotAcceptable_Is400AndNothingIsSent(string shape)
    {
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        using var content = new ByteArrayContent(s_refused[shape]) { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/json") } };

        using var response = await gateway.Client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(400, (int)response.StatusCode);
        using var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("invalid_request", error.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.StartsWith("malformed request: ", error.RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(ExchangeOutcome.Rejected, (await gateway.NextRecordAsync()).Outcome);
        Assert.Empty(upstream.Requests);
        gateway.Logs.ExpectNoErrors();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Body_Compressed_IsDecodedForTheProvider(string coding)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        using var content = Compressed(Encoding.UTF8.GetBytes(Samples.Chat), coding);

        using var response = await gateway.Client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal(Samples.Chat, request.BodyText);
        Assert.False(request.Headers.Contains("content-encoding"));
    }

    [Theory]
    [InlineData("gzip", 400, "invalid_request")]
    [InlineData("br", 400, "invalid_request")]
    [InlineData("deflate", 400, "invalid_request")]
    [InlineData("zstd", 415, "unsupported_content_encoding")]
    [InlineData("gzip, br", 415, "unsupported_content_encoding")]
    public async Task Body_NotInItsCoding_IsRefused(string coding, int status, string code)
    {
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat, ("x-a", "b"));
        Assert.Equal(501, (int)response.StatusCode); // the upstream has no answer; the request itself is fine
        using var content = new StringContent(Samples.Chat, Encoding.UTF8, "application/json");
        content.Headers.TryAddWithoutValidation("content-encoding", coding);
        using var refused = await gateway.Client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)refused.StatusCode);
        Assert.Contains(code, await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.NotEmpty(body);
    }

    [Fact]
    public async Task Body_SmallButBlowsUp_StopsAtTheLimit()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var snapshot = new TestSnapshot().Route("m", upstream.Port);
        snapshot.Listener = snapshot.Listener with { MaxRequestBodyBytes = 1024 * 1024 };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        using var content = Compressed(new byte[64 * 1024 * 1024], "gzip");

        using var response = await gateway.Client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(413, (int)response.StatusCode);
    }

    [Fact]
    public async Task Body_20MegabytesUnderTheLimit_ArrivesByteForByte()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        var body = $$"""{"model":"m","messages":"{{new string('x', 20_000_000)}}"}""";

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", body);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(body, Assert.Single(upstream.Requests).BodyText);
        Assert.Equal(200, (await gateway.NextRecordAsync()).Status);
    }

    [Theory]
    [InlineData("/v1/chat/completions", false)]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/anthropic/v1/messages", true)]
    public async Task Body_20MegabytesOverTheLimit_Is413InTheDialectAndConnectionCloses(string path, bool chunked)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var snapshot = new TestSnapshot().Route("m", upstream.Port);
        snapshot.Listener = snapshot.Listener with { MaxRequestBodyBytes = 1_000_000 };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        await using var client = await gateway.ConnectAsync();
        var sending = SendLargeAsync(client, path, chunked, deadline);

        var response = await client.ReadResponseAsync(deadline);

        Assert.Equal(413, response.Status);
        Assert.Equal("close", response.Headers["connection"]);
        Assert.Equal(BodyEnd.Complete, response.End);
        using var error = JsonDocument.Parse(response.BodyText);
        Assert.Equal("request_too_large", error.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(path.StartsWith("/anthropic", StringComparison.Ordinal), error.RootElement.TryGetProperty("type", out _));
        await sending;
        Assert.Equal(ExchangeOutcome.Rejected, (await gateway.NextRecordAsync()).Outcome);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Head_NeverComplete_ConnectionIsClosed()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port), options => With(options, TimeSpan.FromMilliseconds(500)));
        await using var silent = await gateway.ConnectAsync();
        await using var slow = await gateway.ConnectAsync();

        await slow.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nhost: local", deadline);

        Assert.Equal("", await silent.ReadToEndAsync(deadline));
        Assert.StartsWith("HTTP/1.1 408 ", await slow.ReadToEndAsync(deadline), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_NeverComplete_Is408InTheDialect()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var snapshot = new TestSnapshot().Route("m", upstream.Port);
        snapshot.Listener = snapshot.Listener with { RequestReceivedTimeout = TimeSpan.FromMilliseconds(300) };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        await using var client = await gateway.ConnectAsync();

        await client.SendAsync("POST /anthropic/v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{\"model\"", deadline);
        var response = await client.ReadResponseAsync(deadline);

        Assert.Equal(408, response.Status);
        Assert.Equal("close", response.Headers["connection"]);
        Assert.Contains("\"request_timeout\"", response.BodyText, StringComparison.Ordinal);
        Assert.Equal(408, (await gateway.NextRecordAsync()).Status);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    private static GatewayHostOptions With(GatewayHostOptions options, TimeSpan headTimeout) => new()
    {
        AdminPort = 0,
        DefaultAddresses = options.DefaultAddresses,
        Logs = options.Logs,
        Telemetry = options.Telemetry,
        Environment = options.Environment,
        Sinks = options.Sinks,
        RequestHeadTimeout = headTimeout,
    };

    private static async Task SendLargeAsync(RawHttpClient client, string path, bool chunked, CancellationToken cancellationToken)
    {
        var block = new byte[1_000_000];
        block.AsSpan().Fill((byte)'x');
        try
        {
            await client.SendAsync($"POST {path} HTTP/1.1\r\nhost: localhost\r\n{(chunked ? "transfer-encoding: chunked" : "content-length: 20000000")}\r\n\r\n", cancellationToken);
            for (var i = 0; i < 20; i++)
            {
                if (chunked) await client.SendAsync("f4240\r\n", cancellationToken);
                await client.SendAsync(block, cancellationToken);
                if (chunked) await client.SendAsync("\r\n", cancellationToken);
            }
        }
        catch (IOException)
        {
            // The gateway does not have to take what it has refused.
        }
    }

    private static ByteArrayContent Compressed(byte[] body, string coding)
    {
        using var target = new MemoryStream();
        using (Stream encoder = coding switch { "gzip" => new GZipStream(target, CompressionLevel.Fastest), "br" => new BrotliStream(target, CompressionLevel.Fastest), _ => new ZLibStream(target, CompressionLevel.Fastest) })
        {
            encoder.Write(body);
        }

        var content = new ByteArrayContent(target.ToArray());
        content.Headers.TryAddWithoutValidation("content-type", "application/json");
        content.Headers.TryAddWithoutValidation("content-encoding", coding);
        return content;
    }
}

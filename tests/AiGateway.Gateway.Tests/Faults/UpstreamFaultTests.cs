using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.Gateway.Tests.Faults;

public sealed class UpstreamFaultTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(400);

    private static readonly Dictionary<string, (MockAnswer Answer, int Status, string Code)> s_beforeFirstByte = new()
    {
        ["reset before head"] = (MockAnswer.ResetAtOnce(), 502, "upstream_reset"),
        ["end before head"] = (MockAnswer.CloseAtOnce(), 502, "upstream_reset"),
        ["silence before head"] = (MockAnswer.Silence(), 504, "upstream_timeout"),
        ["status line is not HTTP"] = (MockAnswer.Json(200, Samples.ChatAnswer) with { StatusLine = "NOPE 200 OK" }, 502, "upstream_invalid_response"),
        ["head without end"] = (MockAnswer.Json(200, Samples.ChatAnswer).WithOversizedHeader(128 * 1024), 502, "upstream_invalid_response"),
        ["reset inside JSON"] = (MockAnswer.Json(200, Samples.ChatAnswer).ResetAfter(40), 502, "upstream_reset"),
        ["end inside JSON"] = (MockAnswer.Json(200, Samples.ChatAnswer).EndAfter(40), 502, "upstream_reset"),
        ["stall inside JSON"] = (MockAnswer.Json(200, Samples.ChatAnswer).StallAfter(40), 504, "upstream_timeout"),
        ["length longer than body"] = (MockAnswer.Json(200, Samples.ChatAnswer).Announcing(Samples.ChatAnswer.Length + 10).EndAfter(Samples.ChatAnswer.Length), 502, "upstream_reset"),
        ["chunk size not hex"] = (MockAnswer.Json(200, Samples.ChatAnswer).CutEvery(50).WithDefect(ChunkDefect.SizeNotHex), 502, "upstream_reset"),
        ["chunk size negative"] = (MockAnswer.Json(200, Samples.ChatAnswer).CutEvery(50).WithDefect(ChunkDefect.NegativeSize), 502, "upstream_reset"),
        ["chunk size too large"] = (MockAnswer.Json(200, Samples.ChatAnswer).CutEvery(50).WithDefect(ChunkDefect.SizeTooLarge), 502, "upstream_reset"),
        ["chunk longer than size"] = (MockAnswer.Json(200, Samples.ChatAnswer).CutEvery(50).WithDefect(ChunkDefect.DataLongerThanSize), 502, "upstream_reset"),
        ["last chunk missing"] = (MockAnswer.Json(200, Samples.ChatAnswer).WithDefect(ChunkDefect.NoLastChunk), 502, "upstream_reset"),
        ["gzip that is none"] = (MockAnswer.Json(200, Samples.ChatAnswer).WithHeader("content-encoding", "gzip"), 502, "upstream_invalid_response"),
        ["brotli that is none"] = (MockAnswer.Json(200, Samples.ChatAnswer).WithHeader("content-encoding", "br"), 502, "upstream_invalid_response"),
        ["stream that ends before its first event"] = (MockAnswer.Sse("").ResetAfter(0), 502, "upstream_reset"),
    };

    public static TheoryData<string> BeforeFirstByte() => [.. s_beforeFirstByte.Keys];

    [Theory]
    [MemberData(nameof(BeforeFirstByte))]
    public async Task Answer_BrokenBeforeFirstByte_ClientReadsWhyAndOneRecordIsMade(string fault)
    {
        var (answer, status, code) = s_beforeFirstByte[fault];
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(answer);
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with { StreamIdleTimeout = s_idle }));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(status, (int)response.StatusCode);
        using var error = JsonDocument.Parse(body);
        Assert.Equal(code, error.RootElement.GetProperty("error").GetProperty("code").GetString());
        var record = await gateway.NextRecordAsync();
        Assert.Equal(code, record.ErrorCode);
        Assert.Equal(status, record.Status);
        Assert.Equal(status == 504 ? ExchangeOutcome.TimedOut : ExchangeOutcome.BackendFailed, record.Outcome);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    private static readonly Dictionary<string, Func<MockAnswer, int, MockAnswer>> s_streamFaults = new()
    {
        ["reset"] = (answer, at) => answer.ResetAfter(at),
        ["end"] = (answer, at) => answer.EndAfter(at),
        ["stall"] = (answer, at) => answer.StallAfter(at),
        ["chunk size not hex"] = (answer, _) => answer.WithDefect(ChunkDefect.SizeNotHex),
        ["chunk longer than size"] = (answer, _) => answer.WithDefect(ChunkDefect.DataLongerThanSize),
    };

    public static TheoryData<string, string, bool> StreamFaults()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (var fault in s_streamFaults.Keys)
        {
            foreach (var dialect in (string[])["chat", "messages", "responses"])
            {
                cases.Add(dialect, fault, true);
                cases.Add(dialect, fault, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(StreamFaults))]
    public async Task Stream_BrokenAfterFirstByte_EndsWithErrorEventOfDialect(string dialect, string fault, bool insideEvent)
    {
        string[] events = dialect switch
        {
            "chat" => Samples.ChatEvents[..2],
            "messages" => Samples.MessagesEvents[..3],
            _ => ["event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"m-1\"}}\n\n", "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n"],
        };
        var whole = Samples.Joined(events);
        var at = insideEvent ? whole.Length - 20 : whole.Length;
        await using var upstream = await MockUpstream.StartAsync();
        var seen = new SyncPoint(); // the fault waits until the client has its first events; together they would count as broken from the start
        var answer = MockAnswer.Sse(whole + "data: never sent\n\n").Cut(at, 1) with { BeforePiece = (piece, token) => piece == 0 ? Task.CompletedTask : seen.ArriveAsync(token) };
        upstream.Answer(s_streamFaults[fault](answer, at + 1));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, dialect == "messages" ? ProviderSchema.Anthropic : ProviderSchema.OpenAI, rule: rule => rule with { StreamIdleTimeout = s_idle }));
        var path = dialect switch { "chat" => "/v1/chat/completions", "messages" => "/anthropic/v1/messages", _ => "/v1/responses" };
        await using var client = await gateway.ConnectAsync();

        await client.PostJsonAsync(path, """{"model":"m","stream":true}""", TestContext.Current.CancellationToken);
        var head = await client.ReadHeadAsync(TestContext.Current.CancellationToken);
        var body = client.ReadBody(head);
        var text = "";
        await foreach (var chunk in body.ReadAsync(TestContext.Current.CancellationToken))
        {
            text += chunk.Text;
            if (text.Length >= Samples.Joined(events[..^1]).Length) seen.Release();
        }

        Assert.StartsWith("HTTP/1.1 200 ", head.StartLine, StringComparison.Ordinal);
        Assert.Equal(BodyEnd.Complete, body.End);
        Assert.StartsWith(Samples.Joined(events[..^1]), text, StringComparison.Ordinal);
        var last = SseFrame.Parse(text)[^1];
        Assert.Equal(dialect == "chat" ? null : "error", last.Event);
        var code = fault == "stall" ? "upstream_timeout" : "upstream_reset";
        using var error = JsonDocument.Parse(last.Data);
        var holder = dialect == "responses" ? error.RootElement : error.RootElement.GetProperty("error");
        Assert.Equal(code, holder.GetProperty("code").GetString());
        var record = await gateway.NextRecordAsync();
        Assert.Equal(fault == "stall" ? ExchangeOutcome.TimedOut : ExchangeOutcome.BackendFailed, record.Outcome);
        Assert.Equal(code, record.ErrorCode);
        Assert.Equal(200, record.Status);
        Assert.Equal("m-1", record.ResponseModel);
        if (dialect == "messages") Assert.Equal(25, record.Usage.Input);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Theory]
    [InlineData("reset", BodyFraming.ContentLength)]
    [InlineData("end", BodyFraming.ContentLength)]
    [InlineData("reset", BodyFraming.Chunked)]
    [InlineData("end", BodyFraming.Chunked)]
    public async Task LargeAnswer_BrokenAfterFirstByte_IsAborted(string fault, BodyFraming framing)
    {
        await using var upstream = await MockUpstream.StartAsync();
        var answer = MockAnswer.Huge(2_000_000, "audio/mpeg").Framed(framing);
        upstream.Answer(fault == "reset" ? answer.ResetAfter(1_000_000) : answer.EndAfter(1_000_000));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using var client = await gateway.ConnectAsync();

        await client.PostJsonAsync("/v1/audio/speech", """{"model":"m","input":"hi","voice":"v"}""", TestContext.Current.CancellationToken);
        var response = await client.ReadResponseAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(BodyEnd.Complete, response.End);
        var record = await gateway.NextRecordAsync();
        Assert.Equal(ExchangeOutcome.BackendFailed, record.Outcome);
        Assert.Equal("upstream_reset", record.ErrorCode);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Fact]
    public async Task Answer_LengthShorterThanBody_RestNeverReachesTheNextAnswer()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Json(200, """{"a":1}HTTP/1.1 200 OK""").Announcing(7), MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        var (_, first) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);
        var (_, second) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal("""{"a":1}""", first);
        Assert.Equal(Samples.ChatAnswer, second);
    }

    [Fact]
    public async Task Json_DripsSlowerThanNothingButNeverSilent_IsNotCut()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer).CutEvery(20).Paced(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with { StreamIdleTimeout = TimeSpan.FromMilliseconds(800) }));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Samples.ChatAnswer, body);
    }
}

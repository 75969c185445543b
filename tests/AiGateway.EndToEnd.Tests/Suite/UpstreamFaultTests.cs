using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>A backend that fails before the client has anything of its answer: the client reads why, in its own dialect, under its own request id.</summary>
public sealed class UpstreamFaultTests(Stages stages)
{
    private static readonly MockAnswer s_good = MockAnswer.Json(200, Samples.ChatAnswer);

    private static readonly Dictionary<string, Fault> s_faults = new()
    {
        ["connection refused"] = new(null, "refused", 502, "upstream_unreachable"),
        ["reset before the head"] = new(MockAnswer.ResetAtOnce(), "chat", 502, "upstream_reset"),
        ["end before the head"] = new(MockAnswer.CloseAtOnce(), "chat", 502, "upstream_reset"),
        ["silence, limited by the route"] = new(MockAnswer.Silence(), "timed", 504, "upstream_timeout"),
        ["silence, limited by the idle time"] = new(MockAnswer.Silence(), "idle", 504, "upstream_timeout"),
        ["status line that is not HTTP"] = new(s_good with { StatusLine = "NOPE 200 OK" }, "chat", 502, "upstream_invalid_response"),
        ["head without end"] = new(s_good.WithOversizedHeader(128 * 1024), "chat", 502, "upstream_invalid_response"),
        ["reset inside JSON"] = new(s_good.ResetAfter(40), "chat", 502, "upstream_reset"),
        ["end inside JSON"] = new(s_good.EndAfter(40), "chat", 502, "upstream_reset"),
        ["stall inside JSON, limited by the route"] = new(s_good.StallAfter(40), "timed", 504, "upstream_timeout"),
        ["stall inside JSON, limited by the idle time"] = new(s_good.StallAfter(40), "idle", 504, "upstream_timeout"),
        ["chunk size that is not hexadecimal"] = new(s_good.CutEvery(50).WithDefect(ChunkDefect.SizeNotHex), "chat", 502, "upstream_reset"),
        ["last chunk missing"] = new(s_good.WithDefect(ChunkDefect.NoLastChunk), "chat", 502, "upstream_reset"),
        ["gzip that is none"] = new(s_good.WithHeader("content-encoding", "gzip"), "chat", 502, "upstream_invalid_response"),
    };

    public static TheoryData<string, Topology> Faults => EachTopology.With(s_faults.Keys);

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Backend_BreaksBeforeTheFirstByte_ClientReadsWhy(string fault, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (answer, model, status, code) = s_faults[fault];
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(answer is null ? [] : [answer]);

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat(model), deadline);

        Assert.Equal((status, code), (got.Status, got.ErrorCode));
        Assert.Equal("application/json", got.Headers["content-type"]);
        Assert.Equal(one.Id, got.Json.GetProperty("request_id").GetString());
        Assert.Equal(one.Id, got.Headers["x-request-id"]);
        Assert.Equal(answer is null ? 0 : 1, one.AtFirst.Count);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Backend_BreaksInsideMessage_ErrorIsInAnthropicsShape(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        foreach (var broken in (MockAnswer[])[MockAnswer.ResetAtOnce(), MockAnswer.Json(200, Samples.MessagesAnswer).EndAfter(40)])
        {
            var one = stage.Case().First(broken);

            var got = await one.AskAsync(Samples.MessagesPath, Samples.Messages("claude"), deadline);

            Assert.Equal((502, "upstream_reset"), (got.Status, got.ErrorCode));
            Assert.Equal("error", got.Json.GetProperty("type").GetString());
            Assert.Equal("api_error", got.Json.GetProperty("error").GetProperty("type").GetString());
            Assert.Equal(one.Id, got.Json.GetProperty("request_id").GetString());
        }
    }

    private sealed record Fault(MockAnswer? Answer, string Model, int Status, string Code);
}

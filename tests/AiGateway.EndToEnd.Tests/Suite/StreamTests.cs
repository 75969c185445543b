using System.Text.Json;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Event streams: event by event, however they are cut, and what the client learns when they break off.</summary>
public sealed class StreamTests(Stages stages)
{
    private const string Responses = "/v1/responses";

    private static readonly Dictionary<string, (string Path, string Body, string[] Events)> s_dialects = new()
    {
        ["chat"] = (Samples.ChatPath, """{"model":"idle","stream":true,"stream_options":{"include_usage":true},"messages":[]}""", Samples.ChatEvents),
        ["messages"] = (Samples.MessagesPath, Samples.Messages("idle-claude", stream: true), Samples.MessagesEvents),
        ["responses"] = (Responses, """{"model":"idle","stream":true,"input":"hi"}""",
        [
            "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"m-1\"}}\n\n",
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n",
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"model\":\"m-1\",\"usage\":{\"input_tokens\":9,\"output_tokens\":4,\"total_tokens\":13}}}\n\n",
        ]),
    };

    private static readonly Dictionary<string, (Func<MockAnswer, int, MockAnswer> Break, string Code)> s_faults = new()
    {
        ["reset"] = ((answer, at) => answer.ResetAfter(at), "upstream_reset"),
        ["end"] = ((answer, at) => answer.EndAfter(at), "upstream_reset"),
        ["stall"] = ((answer, at) => answer.StallAfter(at), "upstream_timeout"),
        ["broken chunk"] = ((answer, _) => answer.WithDefect(ChunkDefect.SizeNotHex), "upstream_reset"),
    };

    public static TheoryData<string, Topology> Dialects => EachTopology.With(s_dialects.Keys);

    public static TheoryData<string, Topology> Faults => EachTopology.With(s_dialects.Keys.SelectMany(dialect => s_faults.Keys.Select(fault => $"{dialect}: {fault}")));

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Stream_CutAnywhere_ArrivesByteForByte(string dialect, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (path, body, events) = s_dialects[dialect];
        var stage = await stages.GetAsync(topology);
        foreach (var size in (int[])[1, 13, 4096])
        {
            var one = stage.Case().First(MockAnswer.Sse(string.Concat(events)).CutEvery(size));

            var got = await one.AskAsync(path, body, deadline);

            Assert.Equal((200, string.Concat(events), "text/event-stream"), (got.Status, got.Text, got.Headers["content-type"]));
            Assert.Equal((9, 4), (await UsageAsync(one, deadline)));
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Stream_EventByEvent_EachArrivesBeforeTheNextIsSent(string dialect, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (path, body, events) = s_dialects[dialect];
        var stage = await stages.GetAsync(topology);
        var feed = new AnswerFeed();
        var one = stage.Case().First(MockAnswer.Sse(feed));
        await using var client = await one.ConnectAsync(deadline);
        await one.PostAsync(client, path, body, deadline);

        feed.Send(events[0]);
        var reader = client.ReadBody(await client.ReadHeadAsync(deadline));
        await using var chunks = reader.ReadAsync(deadline).GetAsyncEnumerator(deadline);
        var (text, sent) = ("", 1);
        while (await chunks.MoveNextAsync())
        {
            text += chunks.Current.Text;
            if (text != string.Concat(events.Take(sent))) continue;
            if (sent < events.Length) feed.Send(events[sent++]);
            else feed.Complete();
        }

        Assert.Equal((string.Concat(events), BodyEnd.Complete), (text, reader.End));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Stream_BreaksAfterItsFirstEvents_ClientCannotTakeItForWhole(string name, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (dialect, fault) = (name.Split(": ")[0], name.Split(": ")[1]);
        var (path, body, events) = s_dialects[dialect];
        var (breaks, code) = s_faults[fault];
        var stage = await stages.GetAsync(topology);
        var start = string.Concat(events.Take(2));
        var seen = new SyncPoint(); // the fault waits until the client has the first events; together they would count as broken from the start
        var answer = MockAnswer.Sse(start + "data: never sent whole\n\n").Cut(start.Length, 5) with { BeforePiece = (piece, token) => piece == 0 ? Task.CompletedTask : seen.ArriveAsync(token) };
        var one = stage.Case().First(breaks(answer, start.Length + 5));
        await using var client = await one.ConnectAsync(deadline);
        await one.PostAsync(client, path, body, deadline);
        var head = await client.ReadHeadAsync(deadline);
        var reader = client.ReadBody(head);
        var text = "";

        await foreach (var chunk in reader.ReadAsync(deadline))
        {
            text += chunk.Text;
            if (text.Length >= start.Length) seen.Release();
        }

        Assert.StartsWith("HTTP/1.1 200 ", head.StartLine, StringComparison.Ordinal);
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        if (Differences.BrokenStreamIsCut.In(topology))
        {
            Assert.NotEqual(BodyEnd.Complete, reader.End);
        }
        else
        {
            Assert.Equal(BodyEnd.Complete, reader.End);
            var last = JsonElement.Parse(SseFrame.Parse(text)[^1].Data);
            Assert.Equal(code, (dialect == "responses" ? last : last.GetProperty("error")).GetProperty("code").GetString());
        }

        Assert.Equal(200, (await one.LogEntryAsync(deadline)).GetProperty("response_code").GetInt32());
        Assert.Single(one.AtFirst);
    }

    private static async Task<(int, int)> UsageAsync(Case one, CancellationToken cancellationToken)
    {
        var entry = await one.LogEntryAsync(cancellationToken);
        return (entry.GetProperty("gen_ai.usage.input_tokens").GetInt32(), entry.GetProperty("gen_ai.usage.output_tokens").GetInt32());
    }
}

using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using static AiGateway.Gateway.Tests.Support.GuardedGateway;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>A guard that answers itself while a backend's answer passes it: before the first byte the client gets its words, afterwards the connection is cut.</summary>
public sealed class ImmediateResponseTests
{
    private const string FirstEvent = "data: {\"id\":\"c1\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1,\"total_tokens\":10}}\n\n";

    private static readonly string s_longAnswer = "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" + new string('x', 2 * 1024 * 1024) + "\"}}]}";

    [Theory]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.FullDuplexStreamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.FullDuplexStreamed)]
    public async Task Stream_AfterItsFirstBytes_IsCutAndNothingIsAppended(EngineMode mode, ProcessorBodyMode body)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var guard = await StartAsync(seen => IsSecondEvent(seen) ? Immediate(403, "no more") : Pass(seen, body));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, body)));

        feed.Send(FirstEvent);
        var (status, text, end) = await guarded.ReadAsync(Samples.ChatStream, received => SendSecondEvent(received, feed));
        await upstream.WaitForDisconnectAsync(0, deadline);

        Assert.Equal((200, FirstEvent), (status, text));
        Assert.NotEqual(BodyEnd.Complete, end);
        Assert.Equal(new Logged(200, "rejected", null), await guarded.LoggedAsync());
        guarded.Gateway.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Stream_AfterItsFirstBytes_RecordHasTheTokensSoFar()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var guard = await StartAsync(seen => IsSecondEvent(seen) ? Immediate(403, "no more") : Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(EngineMode.InProcess, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Streamed)));

        feed.Send(FirstEvent);
        await guarded.ReadAsync(Samples.ChatStream, received => SendSecondEvent(received, feed));

        var record = await guarded.Gateway.NextRecordAsync();
        Assert.Equal((200, ExchangeOutcome.Rejected, null, true), (record.Status, record.Outcome, record.ErrorCode, record.Streamed));
        Assert.Equal(new TokenUsage { Input = 9, Output = 1, Total = 10 }, record.Usage);
    }

    [Fact]
    public async Task Stream_AfterItsFirstBytesWithAnInvalidHeader_IsTheGuardsFailure()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        var invalid = Immediate(403, "no more");
        invalid.ImmediateResponse.Headers = Set(("not a name", "x"));
        await using var guard = await StartAsync(seen => IsSecondEvent(seen) ? invalid : Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(EngineMode.InProcess, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Streamed)));

        feed.Send(FirstEvent);
        var (_, text, end) = await guarded.ReadAsync(Samples.ChatStream, received => SendSecondEvent(received, feed));

        Assert.Equal(FirstEvent, text);
        Assert.NotEqual(BodyEnd.Complete, end);
        Assert.Equal(new Logged(200, "failed", "processor_failed"), await guarded.LoggedAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LongAnswer_AfterItsFirstBytes_IsCut(bool lengthPromised)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, s_longAnswer));
        var passed = 0;
        await using var guard = await StartAsync(seen =>
        {
            var answer = Answer(seen);
            if (lengthPromised && seen.Kind == InboundKind.ResponseHeaders) answer.ModeOverride = new ProcessingMode { ResponseBodyMode = ProcessingMode.Types.BodySendMode.Streamed };
            return (passed += seen.Bytes.Length) > 1024 * 1024 ? Immediate(403, "no more") : answer;
        });
        var shows = Shows(ProcessorBodyMode.None, lengthPromised ? ProcessorBodyMode.Buffered : ProcessorBodyMode.Streamed, allowModeOverride: true);
        await using var guarded = await GuardedGateway.StartAsync(EngineMode.InProcess, new TestSnapshot().Route("m", upstream.Port).Processor(guard, shows));

        var (status, text, end) = await guarded.ReadAsync(Samples.Chat);

        Assert.Equal(200, status);
        Assert.NotEqual(BodyEnd.Complete, end);
        Assert.InRange(text.Length, 1, 1024 * 1024);
        Assert.StartsWith(text, s_longAnswer, StringComparison.Ordinal);
        Assert.Equal(new Logged(200, "rejected", null), await guarded.LoggedAsync());
    }

    [Theory]
    [InlineData(EngineMode.InProcess, InboundKind.ResponseHeaders)]
    [InlineData(EngineMode.InProcess, InboundKind.ResponseBody)]
    [InlineData(EngineMode.External, InboundKind.ResponseHeaders)]
    [InlineData(EngineMode.External, InboundKind.ResponseBody)]
    public async Task Stream_BeforeItsFirstByte_IsReplacedByTheGuardsWords(EngineMode mode, InboundKind phase)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)));
        await using var guard = await StartAsync(seen => seen.Kind == phase ? Immediate(403, "not this one") : Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Streamed)));

        var (status, text, end) = await guarded.ReadAsync(Samples.ChatStream);

        Assert.Equal((403, BodyEnd.Complete), (status, end));
        Assert.Contains("not this one", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"c1\"", text, StringComparison.Ordinal);
        Assert.Equal(new Logged(403, "rejected", null), await guarded.LoggedAsync());
    }

    private static bool IsSecondEvent(Seen seen) => seen.Body.Contains("\"hi\"", StringComparison.Ordinal);

    private static void SendSecondEvent(string received, AnswerFeed feed)
    {
        if (received == FirstEvent) feed.Send(Samples.ChatEvents[1]);
    }

    private static ProcessingResponse Pass(Seen seen, ProcessorBodyMode mode) => seen.Kind == InboundKind.ResponseBody && mode == ProcessorBodyMode.FullDuplexStreamed ? Piece(seen) : Answer(seen);
}

using System.Net;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using Envoy.Service.ExtProc.V3;
using static AiGateway.Gateway.Tests.Support.GuardedGateway;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>Attempts behind a guard: it is asked about the request once and shown the one answer that the client gets.</summary>
public sealed class GuardedRetryTests
{
    [Theory]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Streamed)]
    public async Task SecondAttempt_Answers_GuardIsShownItsAnswerOnly(EngineMode mode, ProcessorBodyMode body)
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, """{"error":{}}""").WithHeader("x-from", "first"));
        second.Answer(MockAnswer.Json(200, Samples.ChatAnswer).WithHeader("x-from", "second"));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, Two(first, second).Processor(guard, Shows(ProcessorBodyMode.Buffered, body)));

        var (response, answer) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (response.StatusCode, answer));
        Assert.Single(first.Requests);
        var head = Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.ResponseHeaders).Headers;
        Assert.Equal(("200", "second"), (head[":status"], head["x-from"]));
        Assert.Equal(Samples.ChatAnswer, ShownBody(guard));
        Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.RequestHeaders);
    }

    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task LastAttempt_FailsToo_GuardIsShownItsAnswerOnly(EngineMode mode)
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, """{"error":{"message":"first"}}"""));
        second.Answer(MockAnswer.Json(429, """{"error":{"message":"second"}}"""));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, Two(first, second).Processor(guard));

        var (response, answer) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.TooManyRequests, """{"error":{"message":"second"}}"""), (response.StatusCode, answer));
        Assert.Equal("429", Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.ResponseHeaders).Headers[":status"]);
        Assert.Equal("""{"error":{"message":"second"}}""", ShownBody(guard));
    }

    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task NoAttempt_Answers_GuardIsShownTheGatewaysError(EngineMode mode)
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.ResetAtOnce());
        second.Answer(MockAnswer.ResetAtOnce());
        await using var guard = await StartAsync(seen => Answer(seen, seen.Kind == InboundKind.ResponseHeaders ? new CommonResponse { HeaderMutation = Set(("x-guard", "seen")) } : null));
        await using var guarded = await GuardedGateway.StartAsync(mode, Two(first, second).Processor(guard));

        var (response, answer) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("502", Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.ResponseHeaders).Headers[":status"]);
        Assert.Equal(answer, ShownBody(guard));
        Assert.Equal("seen", response.Headers.GetValues("x-guard").Single());
        Assert.Equal(new Logged(502, "backend_failed", "upstream_reset"), await guarded.LoggedAsync());
    }

    [Theory]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.FullDuplexStreamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.FullDuplexStreamed)]
    public async Task NoAttempt_AnswersInTime_GuardIsShownTheGatewaysError(EngineMode mode, ProcessorBodyMode body)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Silence());
        await using var guard = await StartAsync(seen => seen.Kind == InboundKind.ResponseBody && body == ProcessorBodyMode.FullDuplexStreamed ? Piece(seen) : Answer(seen));
        var snapshot = new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        await using var guarded = await GuardedGateway.StartAsync(mode, snapshot.Processor(guard, Shows(ProcessorBodyMode.Buffered, body)));

        var (response, answer) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(answer, ShownBody(guard));
        Assert.Equal(new Logged(504, "timed_out", "upstream_timeout"), await guarded.LoggedAsync());
    }

    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task Request_ChangedByTheGuard_IsWhatEveryAttemptSends(EngineMode mode)
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, """{"error":{}}"""));
        second.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => seen.Kind switch
        {
            InboundKind.RequestHeaders => Answer(seen, new CommonResponse { HeaderMutation = new HeaderMutation(Set(("x-guard", "set"))) { RemoveHeaders = { "x-client" } } }),
            InboundKind.RequestBody => Answer(seen, Replace(seen.Body.Replace("\"hi\"", "\"[masked]\"", StringComparison.Ordinal))),
            _ => Answer(seen),
        });
        await using var guarded = await GuardedGateway.StartAsync(mode, Two(first, second).Processor(guard));

        var (response, _) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat, ("x-client", "secret"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        foreach (var request in new[] { Assert.Single(first.Requests), Assert.Single(second.Requests) })
        {
            Assert.Equal(("set", null), (request.Headers["x-guard"], request.Headers["x-client"]));
            Assert.Equal(Samples.Chat.Replace("\"hi\"", "\"[masked]\"", StringComparison.Ordinal), request.BodyText);
        }
    }

    private static TestSnapshot Two(MockUpstream first, MockUpstream second)
    {
        var snapshot = new TestSnapshot();
        return snapshot.Rule("m", [snapshot.Backend(first.Port), snapshot.Backend(second.Port, priority: 1)]);
    }

    private static string ShownBody(ScriptedService guard) => string.Concat(guard.Messages.Where(seen => seen.Kind == InboundKind.ResponseBody).Select(seen => seen.Body));
}

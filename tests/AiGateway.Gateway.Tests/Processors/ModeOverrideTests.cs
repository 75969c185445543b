using System.Net;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using static AiGateway.Gateway.Tests.Support.GuardedGateway;
using static AiGateway.Gateway.Tests.Support.ScriptedService;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>A guard that asks for another body mode in its answer to a head (<c>mode_override</c>), and is heeded only where the policy lets it.</summary>
public sealed class ModeOverrideTests
{
    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task ResponseStreamed_Allowed_StreamPassesPieceByPiece(EngineMode mode)
    {
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var guard = await StartAsync(seen => Overriding(seen, BodySendMode.Streamed));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Buffered, allowModeOverride: true)));

        feed.Send(Samples.ChatEvents[0]);
        var (status, text, end) = await guarded.ReadAsync(Samples.ChatStream, received =>
        {
            if (received != Samples.ChatEvents[0]) return; // it is here before the rest was even sent
            feed.Send(Samples.Joined(Samples.ChatEvents[1..]));
            feed.Complete();
        });

        Assert.Equal((200, Samples.Joined(Samples.ChatEvents), BodyEnd.Complete), (status, text, end));
        var shown = Bodies(guard).ToArray();
        Assert.Equal((Samples.ChatEvents[0], false), shown[0]);
        Assert.Equal(("", true), shown[^1]);
        Assert.Equal(Samples.Joined(Samples.ChatEvents), Samples.Joined(shown.Select(piece => piece.Body)));
    }

    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task ResponseNone_Allowed_BodyPassesUnseen(EngineMode mode)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => Overriding(seen, BodySendMode.None));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Buffered, allowModeOverride: true)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (response.StatusCode, body));
        Assert.Empty(Bodies(guard));
    }

    [Theory]
    [InlineData(EngineMode.InProcess, BodySendMode.Streamed)]
    [InlineData(EngineMode.InProcess, BodySendMode.None)]
    [InlineData(EngineMode.External, BodySendMode.Streamed)]
    [InlineData(EngineMode.External, BodySendMode.None)]
    public async Task Response_NotAllowed_ModeOfThePolicyStays(EngineMode mode, BodySendMode wanted)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).CutEvery(64));
        await using var guard = await StartAsync(seen => Overriding(seen, wanted));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Buffered, allowModeOverride: false)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.ChatStream);

        Assert.Equal((HttpStatusCode.OK, Samples.Joined(Samples.ChatEvents)), (response.StatusCode, body));
        Assert.Equal([(Samples.Joined(Samples.ChatEvents), true)], Bodies(guard));
    }

    [Theory]
    [InlineData(EngineMode.InProcess, false, HttpStatusCode.InternalServerError)]
    [InlineData(EngineMode.InProcess, true, HttpStatusCode.OK)]
    [InlineData(EngineMode.External, false, HttpStatusCode.InternalServerError)]
    [InlineData(EngineMode.External, true, HttpStatusCode.OK)]
    public async Task ResponseStreamed_PieceOfAnotherLength_NeedsTheContentLengthRemoved(EngineMode mode, bool removed, HttpStatusCode status)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen =>
        {
            if (seen.Kind == InboundKind.ResponseBody) return seen.EndOfStream ? Answer(seen) : Answer(seen, Replace(seen.Body.Replace("\"hi\"", "\"masked\"", StringComparison.Ordinal), length: false));
            var answer = Overriding(seen, BodySendMode.Streamed);
            if (removed && seen.Kind == InboundKind.ResponseHeaders) answer.ResponseHeaders.Response = new CommonResponse { HeaderMutation = new HeaderMutation { RemoveHeaders = { "content-length" } } };
            return answer;
        });
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.Buffered, allowModeOverride: true)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(removed ? "\"masked\"" : "processor_failed", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task Request_Allowed_WholeModeIsReplaced(EngineMode mode)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen =>
        {
            var answer = Answer(seen);
            if (seen.Kind == InboundKind.RequestHeaders) answer.ModeOverride = new ProcessingMode { ResponseBodyMode = BodySendMode.Buffered };
            return answer;
        });
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.Buffered, ProcessorBodyMode.None, allowModeOverride: true)));

        await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal(["RequestHeaders", "ResponseHeaders", "ResponseBody"], guard.Messages.Select(seen => seen.Kind.ToString())); // the request's body mode was not named: none
    }

    private static ProcessingResponse Overriding(Seen seen, BodySendMode wanted)
    {
        var answer = Answer(seen);
        if (seen.Kind == InboundKind.ResponseHeaders) answer.ModeOverride = new ProcessingMode { ResponseBodyMode = wanted };
        return answer;
    }

    private static IEnumerable<(string Body, bool EndOfStream)> Bodies(ScriptedService guard) => guard.Messages.Where(seen => seen.Kind == InboundKind.ResponseBody).Select(seen => (seen.Body, seen.EndOfStream));
}

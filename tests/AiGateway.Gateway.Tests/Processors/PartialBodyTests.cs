using System.Net;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using static AiGateway.Gateway.Tests.Support.GuardedGateway;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>BUFFERED_PARTIAL: a guard sees the beginning of a long body, and what it puts there goes on with the rest that it has not seen.</summary>
public sealed class PartialBodyTests
{
    private const int Part = 64 * 1024;

    private static readonly string s_longRequest = $$"""{"model":"m","messages":[{"role":"user","content":"SECRET {{new string('q', 3 * Part)}} the end"}]}""";
    private static readonly string s_longAnswer = $$$"""{"id":"c1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"SECRET {{{new string('a', 3 * Part)}}} the end"}}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""";

    [Theory]
    [InlineData(EngineMode.InProcess, false)]
    [InlineData(EngineMode.InProcess, true)]
    [InlineData(EngineMode.External, false)]
    [InlineData(EngineMode.External, true)]
    public async Task Request_LongerThanThePart_RestPassesUnseen(EngineMode mode, bool changes)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => changes && seen.Kind == InboundKind.RequestBody ? Answer(seen, Replace(Mask(seen.Body), length: false)) : Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.BufferedPartial, ProcessorBodyMode.None)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, s_longRequest);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (response.StatusCode, body));
        var shown = Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.RequestBody);
        Assert.Equal((s_longRequest[..Part], false), (shown.Body, shown.EndOfStream));
        Assert.Equal(changes ? Mask(s_longRequest) : s_longRequest, Assert.Single(upstream.Requests).BodyText);
    }

    [Theory]
    [InlineData(EngineMode.InProcess, BodyFraming.ContentLength, false)]
    [InlineData(EngineMode.InProcess, BodyFraming.ContentLength, true)]
    [InlineData(EngineMode.InProcess, BodyFraming.Chunked, true)]
    [InlineData(EngineMode.External, BodyFraming.ContentLength, false)]
    [InlineData(EngineMode.External, BodyFraming.ContentLength, true)]
    [InlineData(EngineMode.External, BodyFraming.Chunked, true)]
    public async Task Response_LongerThanThePart_RestPassesUnseen(EngineMode mode, BodyFraming framing, bool changes)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, s_longAnswer).Framed(framing));
        await using var guard = await StartAsync(seen => changes && seen.Kind == InboundKind.ResponseBody ? Answer(seen, Replace(Mask(seen.Body), length: false)) : Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.None, ProcessorBodyMode.BufferedPartial)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, changes ? Mask(s_longAnswer) : s_longAnswer), (response.StatusCode, body));
        var shown = Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.ResponseBody);
        Assert.False(shown.EndOfStream);
        Assert.InRange(shown.Body.Length, Part, s_longAnswer.Length - 1); // as with Envoy, the piece that reaches the size comes whole
        Assert.StartsWith(shown.Body, s_longAnswer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EngineMode.InProcess)]
    [InlineData(EngineMode.External)]
    public async Task Body_ShorterThanThePart_ComesWhole(EngineMode mode)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.BufferedPartial, ProcessorBodyMode.BufferedPartial)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (response.StatusCode, body));
        Assert.Equal([(Samples.Chat, true), (Samples.ChatAnswer, true)], guard.Messages.Where(seen => seen.Kind is InboundKind.RequestBody or InboundKind.ResponseBody).Select(seen => (seen.Body, seen.EndOfStream)));
    }

    private static string Mask(string text) => text.Replace("SECRET", "[masked by the guard]", StringComparison.Ordinal);
}

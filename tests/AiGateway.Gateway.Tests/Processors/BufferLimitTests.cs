using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using static AiGateway.Gateway.Tests.Support.GuardedGateway;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>A guard in BUFFERED gets a body whole or not at all: the listener's buffer limit counts to the byte.</summary>
public sealed class BufferLimitTests
{
    private const int Limit = 4096;

    [Theory]
    [InlineData(EngineMode.InProcess, false)]
    [InlineData(EngineMode.InProcess, true)]
    [InlineData(EngineMode.External, false)]
    [InlineData(EngineMode.External, true)]
    public async Task Request_AtTheLimit_PassesWholeAndOneByteMoreIsRefused(EngineMode mode, bool chunked)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, Limited().Route("m", upstream.Port).Processor(guard));

        using var whole = await PostAsync(guarded, Samples.Chat.PadRight(Limit), chunked);
        using var larger = await PostAsync(guarded, Samples.Chat.PadRight(Limit + 1), chunked);

        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        var shown = Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.RequestBody); // the larger one is shown to nobody
        Assert.Equal((Samples.Chat.PadRight(Limit), true), (shown.Body, shown.EndOfStream));
        Assert.Equal(Limit, Assert.Single(upstream.Requests).Body.Length);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (larger.StatusCode, await CodeAsync(larger)));
    }

    [Theory]
    [InlineData(EngineMode.InProcess, BodyFraming.ContentLength, false)]
    [InlineData(EngineMode.InProcess, BodyFraming.Chunked, true)] // nobody has failed whose failure could be forgiven
    [InlineData(EngineMode.External, BodyFraming.ContentLength, true)]
    [InlineData(EngineMode.External, BodyFraming.Chunked, false)]
    public async Task Response_AtTheLimit_PassesWholeAndOneByteMoreIsAnError(EngineMode mode, BodyFraming framing, bool failOpen)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Json(200, Samples.ChatAnswer.PadRight(Limit)).Framed(framing), MockAnswer.Json(200, Samples.ChatAnswer.PadRight(Limit + 1)).Framed(framing));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, Limited().Route("m", upstream.Port).Processor(guard, spec => spec with { FailOpen = failOpen }));

        var (whole, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);
        using var larger = await guarded.Gateway.PostAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer.PadRight(Limit)), (whole.StatusCode, body));
        var shown = Assert.Single(guard.Messages, seen => seen.Kind == InboundKind.ResponseBody); // the larger one is shown to nobody
        Assert.Equal((Limit, true), (shown.Bytes.Length, shown.EndOfStream));
        Assert.Equal((HttpStatusCode.InternalServerError, "processor_failed"), (larger.StatusCode, await CodeAsync(larger)));
        Assert.Contains(guarded.Gateway.Logs.Entries, entry => entry.Message.Contains("response_payload_too_large", StringComparison.Ordinal));
        Assert.Equal(new Logged(500, "failed", "processor_failed"), await guarded.LoggedAsync());
    }

    [Fact]
    public async Task Response_Streamed_KnowsNoLimit()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer.PadRight(3 * Limit)));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(EngineMode.InProcess, Limited().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.Buffered, ProcessorBodyMode.Streamed)));

        var (response, body) = await guarded.Gateway.AskAsync(ChatPath, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer.PadRight(3 * Limit)), (response.StatusCode, body));
    }

    private static TestSnapshot Limited()
    {
        var snapshot = new TestSnapshot();
        snapshot.Listener = snapshot.Listener with { MaxRequestBodyBytes = Limit };
        return snapshot;
    }

    private static async Task<HttpResponseMessage> PostAsync(GuardedGateway guarded, string json, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ChatPath) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;
        return await guarded.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error").GetProperty("code").GetString();
}

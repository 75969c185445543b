using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using static AiGateway.Gateway.Tests.Support.GuardedGateway;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>A request that the client compressed: a guard sees its bytes as they were sent, and may leave them, put plain ones in their place, or compress others.</summary>
public sealed class EncodedRequestTests
{
    private const string Masked = """{"model":"m","messages":[{"role":"user","content":"[masked]"}]}""";

    private static readonly byte[] s_sent = Gzip(Samples.Chat);

    [Theory]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Streamed)]
    public async Task Guard_LeavesTheBytes_NothingIsDifferent(EngineMode mode, ProcessorBodyMode body)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => Answer(seen));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(body, ProcessorBodyMode.None)));
        await using var without = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port));

        var expected = await PostAsync(without);
        var (status, answer) = await PostAsync(guarded);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (status, answer));
        Assert.Equal(expected, (status, answer));
        var head = guard.Messages[0].Headers;
        Assert.Equal(("gzip", $"{s_sent.Length}"), (head["content-encoding"], head["content-length"]));
        Assert.Equal(s_sent, guard.Messages.Where(seen => seen.Kind == InboundKind.RequestBody).SelectMany(seen => seen.Bytes));
        Assert.Equal(upstream.Requests[0].Body.ToArray(), upstream.Requests[1].Body.ToArray());
        Assert.Equal(upstream.Requests[0].Headers["content-encoding"], upstream.Requests[1].Headers["content-encoding"]);
    }

    [Theory]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.InProcess, ProcessorBodyMode.Streamed)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Buffered)]
    [InlineData(EngineMode.External, ProcessorBodyMode.Streamed)]
    public async Task Guard_PutsPlainJson_BackendGetsIt(EngineMode mode, ProcessorBodyMode body)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var guard = await StartAsync(seen => seen.Kind == InboundKind.RequestHeaders
            ? Answer(seen, new CommonResponse { HeaderMutation = new HeaderMutation { RemoveHeaders = { "content-encoding" } } })
            : Answer(seen, seen.Bytes.Length > 0 ? Replace(Masked) : null));
        await using var guarded = await GuardedGateway.StartAsync(mode, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(body, ProcessorBodyMode.None)));

        var (status, answer) = await PostAsync(guarded);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (status, answer));
        var request = Assert.Single(upstream.Requests);
        Assert.Equal((Masked, null), (request.BodyText, request.Headers["content-encoding"]));
    }

    [Fact]
    public async Task Guard_CompressesOtherJson_EngineUnpacksIt()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var masked = Gzip(Masked);
        await using var guard = await StartAsync(seen => Answer(seen, seen.Kind == InboundKind.RequestBody
            ? new CommonResponse { HeaderMutation = Set(("content-length", $"{masked.Length}")), BodyMutation = new BodyMutation { Body = ByteString.CopyFrom(masked) } }
            : null));
        await using var guarded = await GuardedGateway.StartAsync(EngineMode.InProcess, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.Buffered, ProcessorBodyMode.None)));

        var (status, _) = await PostAsync(guarded);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(Masked, Assert.Single(upstream.Requests).BodyText);
    }

    [Fact]
    public async Task Guard_PutsPlainJsonButLeavesTheCoding_IsRefused()
    {
        await using var upstream = await MockUpstream.StartAsync();
        await using var guard = await StartAsync(seen => Answer(seen, seen.Kind == InboundKind.RequestBody ? Replace(Masked) : null));
        await using var guarded = await GuardedGateway.StartAsync(EngineMode.InProcess, new TestSnapshot().Route("m", upstream.Port).Processor(guard, Shows(ProcessorBodyMode.Buffered, ProcessorBodyMode.None)));

        var (status, answer) = await PostAsync(guarded);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (status, JsonElement.Parse(answer).GetProperty("error").GetProperty("code").GetString()));
        Assert.Empty(upstream.Requests);
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(GuardedGateway guarded)
    {
        using var content = new ByteArrayContent(s_sent);
        content.Headers.Add("content-type", "application/json");
        content.Headers.Add("content-encoding", "gzip");
        using var response = await guarded.Gateway.Client.PostAsync(ChatPath, content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}

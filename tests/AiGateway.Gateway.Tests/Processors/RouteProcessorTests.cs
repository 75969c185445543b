using System.Net;
using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using static AiGateway.Gateway.Tests.Support.ScriptedService;

namespace AiGateway.Gateway.Tests.Processors;

/// <summary>External processors of a route around the in-process engine: they see and change what Envoy would let them, and fail as there.</summary>
public sealed class RouteProcessorTests
{
    private const string Path = "/v1/chat/completions";

    [Fact]
    public async Task Processor_Buffered_SeesBothDirectionsAndChangesThem()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => seen.Kind switch
        {
            InboundKind.RequestHeaders => Answer(seen, new CommonResponse { HeaderMutation = Set(("x-added", "by-guard")) }),
            InboundKind.RequestBody => Answer(seen, Replace(seen.Body.Replace("hi", "REDACTED", StringComparison.Ordinal))),
            InboundKind.ResponseHeaders => Answer(seen, new CommonResponse { HeaderMutation = Set(("x-seen", seen.Headers[":status"])) }),
            _ => Answer(seen, Replace(seen.Body.Replace("\"hi\"", "\"masked\"", StringComparison.Ordinal))),
        });
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service));

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("200", response.Headers.GetValues("x-seen").Single());
        Assert.Contains("\"masked\"", body, StringComparison.Ordinal);
        var request = Assert.Single(upstream.Requests);
        Assert.Contains("REDACTED", request.BodyText, StringComparison.Ordinal);
        Assert.Equal("by-guard", request.Headers["x-added"]);
        Assert.Equal("Bearer planted-openai-key", request.Headers["authorization"]);
        Assert.Equal(["RequestHeaders", "RequestBody", "ResponseHeaders", "ResponseBody"], service.Messages.Select(seen => seen.Kind.ToString()));
        var head = service.Messages[0];
        Assert.Equal(("POST", Path, "m"), (head.Headers[":method"], head.Headers[":path"], head.Headers["x-ai-eg-model"]));
        Assert.DoesNotContain(service.Messages, seen => seen.Headers.Values.Any(value => value.Contains("planted", StringComparison.Ordinal))); // a guard never sees the provider's key
        var record = await gateway.NextRecordAsync();
        Assert.Equal((Samples.ChatUsage, ExchangeOutcome.Succeeded), (record.Usage, record.Outcome));
        await ExpectClosedAsync(service);
    }

    [Fact]
    public async Task Processors_Several_SeeRequestsInOrderAndResponsesInTheOppositeOne()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        ProcessingResponse Mark(string name, Seen seen) => Answer(seen, seen.Kind is InboundKind.RequestHeaders or InboundKind.ResponseHeaders
            ? new CommonResponse { HeaderMutation = Set(("x-order", (seen.Headers.GetValueOrDefault("x-order") ?? "") + name)) }
            : null);
        await using var first = await StartAsync(seen => Mark("1", seen));
        await using var second = await StartAsync(seen => Mark("2", seen));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(first).Processor(second));

        var (response, _) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal("12", Assert.Single(upstream.Requests).Headers["x-order"]);
        Assert.Equal("21", response.Headers.GetValues("x-order").Single());
    }

    [Fact]
    public async Task ImmediateResponse_ForRequest_ReachesTheClientAndNoBackend()
    {
        await using var upstream = await MockUpstream.StartAsync();
        await using var first = await StartAsync(seen => Answer(seen));
        await using var second = await StartAsync(seen => seen.Kind == InboundKind.RequestBody ? Immediate(403, "no") : Answer(seen));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(first).Processor(second));

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal((HttpStatusCode.Forbidden, "no"), (response.StatusCode, body));
        Assert.Equal("service", response.Headers.GetValues("x-by").Single());
        Assert.Empty(upstream.Requests);
        Assert.Equal("403", first.Messages.Single(seen => seen.Kind == InboundKind.ResponseHeaders).Headers[":status"]); // the one before sees the answer
        Assert.DoesNotContain(second.Messages, seen => seen.Kind == InboundKind.ResponseHeaders);
        var record = await gateway.NextRecordAsync();
        Assert.Equal((403, ExchangeOutcome.Rejected), (record.Status, record.Outcome));
    }

    [Fact]
    public async Task Stream_Streamed_PassesPieceByPieceAndUsageIsRead()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var service = await StartAsync(seen => seen.Kind switch
        {
            InboundKind.ResponseBody when seen.Body.Contains("\"hi\"", StringComparison.Ordinal) => Answer(seen, Replace(seen.Body.Replace("\"hi\"", "\"ho\"", StringComparison.Ordinal), length: false)),
            _ => Answer(seen),
        });
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with { Response = new ProcessorDirection(ProcessorBodyMode.Streamed, []) }));
        var asked = gateway.PostAsync(Path, Samples.ChatStream);
        feed.Send(Samples.ChatEvents[0]);
        using var response = await asked;
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var first = new byte[Samples.ChatEvents[0].Length];
        await stream.ReadExactlyAsync(first, TestContext.Current.CancellationToken); // the first piece is here while the second is not even sent
        foreach (var next in Samples.ChatEvents[1..]) feed.Send(next);
        feed.Complete();
        using var reader = new StreamReader(stream);
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("\"ho\"", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(Samples.ChatUsage, (await gateway.NextRecordAsync()).Usage);
        Assert.True(service.Messages[^1] is { Kind: InboundKind.ResponseBody, Body: "", EndOfStream: true }); // Envoy's way to end a streamed body
        await ExpectClosedAsync(service);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Service_EndsItsStreamWithOk_ExchangeGoesOnUnprocessed(bool failOpen, HttpStatusCode status)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(_ => throw new EndException());
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with { FailOpen = failOpen }));

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal((status, Samples.ChatAnswer), (response.StatusCode, body));
    }

    [Theory]
    [InlineData("error", false, 500, "processor_failed")]
    [InlineData("error", true, 200, null)]
    [InlineData("silent", false, 504, "processor_timeout")]
    [InlineData("silent", true, 200, null)]
    [InlineData("spurious", false, 500, "processor_failed")]
    [InlineData("spurious", true, 200, null)]
    [InlineData("invalid header", false, 500, "processor_failed")]
    [InlineData("unreachable", false, 500, "processor_failed")]
    [InlineData("unreachable", true, 200, null)]
    public async Task Service_Fails_ClientGetsAnErrorUnlessItFailsOpen(string failure, bool failOpen, int status, string? code)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => failure switch
        {
            "error" => throw new GrpcException(GrpcStatusCode.Internal, "broken"),
            "silent" => null,
            "spurious" => new ProcessingResponse { ResponseBody = new BodyResponse() },
            _ => Answer(seen, new CommonResponse { HeaderMutation = Set(("not a name", "x")) }),
        });
        var snapshot = new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with { FailOpen = failOpen, MessageTimeout = failure == "silent" ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(20) });
        if (failure == "unreachable") await service.DisposeAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal(status, (int)response.StatusCode);
        if (code is null) Assert.Equal(Samples.ChatAnswer, body);
        else Assert.Equal(code, JsonElement.Parse(body).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(code is null ? 1 : 0, upstream.Requests.Count);
        Assert.Equal(code, (await gateway.NextRecordAsync()).ErrorCode);
    }

    [Fact]
    public async Task HeaderRules_AreEnvoys()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen =>
        {
            if (seen.Kind != InboundKind.RequestHeaders) return Answer(seen);
            var mutation = Set(("host", "evil"), (":authority", "evil"), ("x-envoy-retry-on", "5xx"), ("x-overwritten", "new"), ("connection", "close"));
            mutation.SetHeaders.Add(new Envoy.Config.Core.V3.HeaderValueOption { Header = new Envoy.Config.Core.V3.HeaderValue { Key = "x-in-value", Value = "lost" } });
            mutation.SetHeaders.Add(new Envoy.Config.Core.V3.HeaderValueOption
            {
                Header = new Envoy.Config.Core.V3.HeaderValue { Key = "x-if-absent", RawValue = ByteString.CopyFromUtf8("overwrites") },
                AppendAction = Envoy.Config.Core.V3.HeaderValueOption.Types.HeaderAppendAction.AddIfAbsent,
            });
            mutation.RemoveHeaders.Add("x-removed");
            return Answer(seen, new CommonResponse { HeaderMutation = mutation });
        });
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service));

        await gateway.AskAsync(Path, Samples.Chat, ("x-overwritten", "old"), ("x-if-absent", "client"), ("x-removed", "client"));

        var headers = Assert.Single(upstream.Requests).Headers;
        Assert.Equal($"127.0.0.1:{upstream.Port}", headers["host"]);
        Assert.Equal("new", headers["x-overwritten"]);
        Assert.Equal("overwrites", headers["x-if-absent"]); // Envoy heeds no append action
        Assert.True(string.IsNullOrEmpty(headers["x-in-value"])); // only raw_value counts
        Assert.Null(headers["x-removed"]);
        Assert.Null(headers["x-envoy-retry-on"]);
        Assert.Null(headers["connection"]);
    }

    [Fact]
    public async Task Body_OfAnotherLengthThanItsHeaderSays_IsAnError()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => seen.Kind == InboundKind.ResponseBody ? Answer(seen, Replace("short", length: false)) : Answer(seen));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service));

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("processor_failed", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FullDuplex_ServiceAnswersWithPiecesOfItsOwn()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)));
        await using var service = await StartAsync(async (stream, scripted) =>
        {
            var held = "";
            while (await stream.ReadAsync() is (true, var message))
            {
                var seen = scripted.Note(message);
                if (seen.Kind is InboundKind.RequestHeaders or InboundKind.ResponseHeaders)
                {
                    await stream.WriteAsync(Answer(seen));
                    continue;
                }

                held += seen.Body;
                if (!seen.EndOfStream) continue;
                foreach (var piece in held.Chunk(7).Select(chars => new string(chars))) await stream.WriteAsync(Piece(seen, piece, false)); // one message in, many out
                await stream.WriteAsync(Piece(seen, "", true));
                held = "";
            }
        });
        var duplex = new ProcessorDirection(ProcessorBodyMode.FullDuplexStreamed, []);
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with { Request = duplex, Response = duplex }));

        var (_, body) = await gateway.AskAsync(Path, Samples.ChatStream);

        Assert.Equal(Samples.Joined(Samples.ChatEvents), body);
        Assert.Equal(Samples.ChatStream, Assert.Single(upstream.Requests).BodyText);
        Assert.Equal(Samples.ChatUsage, (await gateway.NextRecordAsync()).Usage);
    }

    [Fact]
    public async Task FullDuplex_BackendBreaksOff_IsTheBackendsFailureAndComesAtOnce()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var events = Samples.Joined(Samples.ChatEvents);
        upstream.Answer(MockAnswer.Sse(events) with { Fault = new AnswerFault(FaultKind.Reset, Samples.ChatEvents[0].Length) });
        await using var service = await StartAsync(seen => seen.Kind is InboundKind.RequestHeaders or InboundKind.ResponseHeaders ? Answer(seen) : null); // waits for the end of the body
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with
        {
            Request = new ProcessorDirection(ProcessorBodyMode.None, []),
            Response = new ProcessorDirection(ProcessorBodyMode.FullDuplexStreamed, []),
        }));

        var (response, body) = await gateway.AskAsync(Path, Samples.ChatStream);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("upstream_reset", JsonElement.Parse(body).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task FailOpen_NoEndpointOfTheService_ExchangeGoesOn()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => Answer(seen));
        var snapshot = new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with { FailOpen = true }).Build();
        snapshot = snapshot with { Pools = [.. snapshot.Pools.Select(pool => pool.Http2 ? pool with { Endpoints = [] } : pool)] };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var (response, body) = await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal((HttpStatusCode.OK, Samples.ChatAnswer), (response.StatusCode, body));
    }

    [Fact]
    public async Task Attributes_AskedFor_ComeWithTheFirstMessageOfTheirDirection()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var service = await StartAsync(seen => Answer(seen));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port).Processor(service, spec => spec with
        {
            Request = new ProcessorDirection(ProcessorBodyMode.Buffered, ["request.path", "xds.route_name", "response.code", "no.such.thing"]),
            Response = new ProcessorDirection(ProcessorBodyMode.None, ["response.code", "response.code_details"]),
        }));

        await gateway.AskAsync(Path, Samples.Chat);

        Assert.Equal([("request.path", Path), ("xds.route_name", "default/test")], service.Messages[0].Attributes.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Empty(service.Messages[1].Attributes);
        Assert.Equal([("response.code", "200"), ("response.code_details", "via_upstream")], service.Messages[2].Attributes.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(3, service.Messages.Count);
    }

    private static ProcessingResponse Piece(Seen seen, string body, bool end) =>
        Answer(seen, new CommonResponse { BodyMutation = new BodyMutation { StreamedResponse = new StreamedBodyResponse { Body = ByteString.CopyFromUtf8(body), EndOfStream = end } } });

    /// <summary>The gateway half-closes when all has been said, and waits for the service; nothing is left when the client has its answer.</summary>
    private static Task ExpectClosedAsync(ScriptedService service) => ExpectAsync(() => service.OpenStreams == 0);

    private static async Task ExpectAsync(Func<bool> condition)
    {
        using var deadline = AiGateway.TestSupport.TestDeadline.Start(TestContext.Current.CancellationToken);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

using AiGateway.Contracts;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Tests;

/// <summary>Messages in orders that Envoy does not use, and such that this version does not know.</summary>
public sealed class StreamOrderTests
{
    [Fact]
    public async Task RouterStream_WithoutASecondStream_AnswersWithEnvoysErrorInTheDialect()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));

        var head = await router.AskAsync(Messages.Response(503, more: ("content-type", "text/plain")));
        var body = await router.AskAsync(Messages.ResponseBody("no healthy upstream"));

        Assert.Equal("502", head.ResponseHeaders.Response.Sets(":status"));
        Assert.Contains("upstream_unreachable", body.ResponseBody.Response.BodyMutation.Body.ToStringUtf8(), StringComparison.Ordinal);
        var record = Assert.Single(service.Records);
        Assert.Equal((0, "upstream_unreachable"), (record.Attempts, record.ErrorCode));
    }

    [Fact]
    public async Task ResponseBeforeRequestBody_IsEnvoysOwnAnswer()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync();

        var head = await router.AskAsync(Messages.Response(413, more: ("content-type", "text/plain")));
        var body = await router.AskAsync(Messages.ResponseBody("Payload Too Large"));

        Assert.Equal("413", head.ResponseHeaders.Response.Sets(":status"));
        Assert.Contains("request_too_large", body.ResponseBody.Response.BodyMutation.Body.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal("request_too_large", Assert.Single(service.Records).ErrorCode);
    }

    [Theory]
    [InlineData(0, "ResponseBody")] // body before its head
    [InlineData(1, "RequestHeaders")] // the head again
    [InlineData(2, "RequestBody")] // a body after its end
    [InlineData(3, "ResponseHeaders")] // the response's head again
    [InlineData(4, "RequestBody")] // a request body after the response began
    public async Task Message_AtTheWrongPlace_EndsWithInvalidArgument(int variant, string kind)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync();
        switch (variant)
        {
            case 0:
                await router.SendAsync(Messages.ResponseBody("x"));
                break;
            case 1:
                await router.SendAsync(Messages.Request());
                break;
            case 2:
                await router.AskAsync(Messages.RequestBody(Messages.Chat()));
                await router.SendAsync(Messages.RequestBody(Messages.Chat()));
                break;
            case 3:
                await router.AskAsync(Messages.JsonResponse());
                await router.SendAsync(Messages.JsonResponse());
                break;
            default:
                await router.AskAsync(Messages.JsonResponse());
                await router.SendAsync(Messages.RequestBody(Messages.Chat()));
                break;
        }

        Assert.Equal((GrpcStatusCode.InvalidArgument, $"unexpected {kind} at this point of the stream"), await router.EndAsync());
        await service.RecordsAsync(1, deadline);
    }

    [Fact]
    public async Task LastAnswer_EndsTheStream()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await using var upstream = service.Open(deadline);
        var id = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));

        await upstream.AskAsync(Messages.Attempt(id, TestSnapshot.First));
        Assert.Equal((GrpcStatusCode.OK, ""), await upstream.EndAsync());
        await router.AskAsync(Messages.JsonResponse());
        await router.AskAsync(Messages.ResponseBody(Messages.Answer));
        Assert.Equal((GrpcStatusCode.OK, ""), await router.EndAsync());

        Assert.Equal(ExchangeOutcome.Succeeded, Assert.Single(service.Records).Outcome);
    }

    [Fact]
    public async Task FirstMessage_OfTheResponse_PassesUntouched()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var stream = service.Open(deadline);

        Assert.Equal(new ProcessingResponse { ResponseHeaders = new HeadersResponse() }, await stream.AskAsync(Messages.JsonResponse()));
        Assert.Equal(new ProcessingResponse { ResponseBody = new BodyResponse() }, await stream.AskAsync(Messages.ResponseBody("{}")));
        await stream.CloseAsync();

        Assert.Equal(GrpcStatusCode.OK, (await stream.EndAsync()).Code);
        Assert.Empty(service.Records);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task UnknownKind_OnAnyStream_EndsWithInvalidArgument(int before)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        if (before == 1) await router.AskAsync(Messages.JsonResponse()); // passes through
        if (before == 2) await router.BeginAsync();

        await router.SendAsync(new ProcessingRequest { MetadataContext = new() });

        Assert.Equal(GrpcStatusCode.InvalidArgument, (await router.EndAsync()).Code);
    }

    [Fact]
    public async Task UnknownFields_AreSkipped()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        byte[] unknown = [0xFA, 0x01, 0x02, 1, 2]; // field 31, two bytes

        await router.BeginAsync(ProcessingRequest.Parser.ParseFrom([.. Messages.Request().ToByteArray(), .. unknown]));
        var answer = await router.AskAsync(Messages.RequestBody(Messages.Chat()) with { Context = ProcessingRequest.Parser.ParseFrom(unknown) });

        Assert.Equal("m", answer.RequestBody.Response.Sets("x-ai-eg-model"));
    }

    [Fact]
    public async Task Trailers_AtAnyTime_GetAnEmptyAnswerAndEndTheResponse()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var empty = new ProcessingResponse { RequestTrailers = new TrailersResponse() };
        Assert.Equal(empty, await router.AskAsync(Messages.RequestTrailers()));
        await router.CloseAsync();
        Assert.Equal(GrpcStatusCode.OK, (await router.EndAsync()).Code);

        await using var exchange = service.Open(deadline);
        await exchange.BeginAsync();
        Assert.Equal(empty, await exchange.AskAsync(Messages.RequestTrailers()));
        await exchange.AskAsync(Messages.RequestBody(Messages.Chat()));
        Assert.Equal(ProcessingResponse.ResponseOneofCase.ResponseTrailers, (await exchange.AskAsync(Messages.ResponseTrailers())).ResponseCase); // before any head
        await exchange.AskAsync(Messages.EventsResponse());
        await exchange.AskAsync(Messages.ResponseBody("data: {\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n", endOfStream: false));
        var last = await exchange.AskAsync(Messages.ResponseTrailers());

        Assert.Equal(ProcessingResponse.ResponseOneofCase.ResponseTrailers, last.ResponseCase);
        var record = Assert.Single(service.Records);
        Assert.Equal((ExchangeOutcome.Succeeded, 9L), (record.Outcome, record.Usage.Input));
    }

    [Fact]
    public async Task Headers_GivenTwice_LastOneCounts()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync(Messages.Request(more: [("x-request-id", "r-2"), ("x-many", "a"), ("x-many", "b")]));
        await router.AskAsync(Messages.RequestBody(Messages.Chat("none")));

        Assert.Equal("r-2", Assert.Single(service.Records).RequestId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_Of16Megabytes_PassesBothWays(bool unixSocket)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline, unixSocket);
        await using var router = service.Open(deadline);
        var text = new string('x', 16 * 1024 * 1024);
        var id = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat("f").Replace("hello", text, StringComparison.Ordinal)));

        await using var first = service.Open(deadline);
        await first.AskAsync(Messages.Attempt(id, TestSnapshot.First));
        await using var second = service.Open(deadline);
        var attempt = await second.AskAsync(Messages.Attempt(id, TestSnapshot.Second));
        await router.AskAsync(Messages.JsonResponse());
        var last = await router.AskAsync(Messages.ResponseBody(Messages.Answer.Replace("\"hi\"", $"\"{text}\"", StringComparison.Ordinal)));

        Assert.True(attempt.RequestHeaders.Response.BodyMutation.Body.Length > text.Length);
        Assert.Null(last.ResponseBody.Response.BodyMutation);
        Assert.Equal(9, last.Metadata()["input"].NumberValue);
    }

    [Fact]
    public async Task RequestBody_InPieces_EndsWithFailedPrecondition()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync();

        await router.SendAsync(Messages.RequestBody("{\"model\"", endOfStream: false));

        Assert.Equal((GrpcStatusCode.FailedPrecondition, "the router filter's request_body_mode must be BUFFERED"), await router.EndAsync());
    }

    [Fact]
    public async Task HalfClose_InMidStream_RecordsWhatWasSeen()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var id = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat(stream: true)));
        await using var upstream = service.Open(deadline);
        await upstream.AskAsync(Messages.Attempt(id, TestSnapshot.First));
        await router.AskAsync(Messages.EventsResponse());
        await router.AskAsync(Messages.ResponseBody("data: {\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n", endOfStream: false));

        await router.CloseAsync();

        Assert.Equal(GrpcStatusCode.OK, (await router.EndAsync()).Code);
        var record = Assert.Single(await service.RecordsAsync(1, deadline));
        Assert.Equal((ExchangeOutcome.ClientCancelled, 9L), (record.Outcome, record.Usage.Input));
    }
}

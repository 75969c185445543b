using AiGateway.Contracts;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;
using Envoy.Service.ExtProc.V3;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;

namespace AiGateway.ExtProc.Tests;

/// <summary>Filters that are configured in other ways than the bootstrap of <c>aigw translate</c>.</summary>
public sealed class FilterModeTests
{
    private const string Usage = "data: {\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n";

    [Fact]
    public async Task Observability_OfAWholeExchange_IsAccountedWithoutAnAnswer()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var stream = service.Open(deadline);
        var body = Messages.Chat(stream: true);

        await stream.SendAsync(Observed(Messages.Request()));
        await stream.SendAsync(Observed(Messages.RequestBody(body[..20], endOfStream: false)));
        await stream.SendAsync(Observed(Messages.RequestBody(body[20..])));
        await stream.SendAsync(Observed(Messages.EventsResponse().With(Messages.BackendAttribute(TestSnapshot.First))));
        await stream.SendAsync(Observed(Messages.ResponseBody(Usage[..30], endOfStream: false)));
        await stream.SendAsync(Observed(Messages.ResponseBody(Usage[30..], endOfStream: false)));
        await stream.SendAsync(Observed(Messages.ResponseBody("data: [DONE]\n\n")));
        await stream.CloseAsync();

        Assert.Equal((GrpcStatusCode.OK, ""), await stream.EndAsync()); // fails on any answer
        var record = Assert.Single(service.Records);
        Assert.Equal((ExchangeOutcome.Succeeded, "m", TestSnapshot.First, 9L), (record.Outcome, record.RequestedModel, record.Backend, record.Usage.Input));
        Assert.Equal(9u, Assert.Single(record.Costs).Value);
    }

    [Theory]
    [InlineData("none of it is JSON")]
    [InlineData("{\"model\":\"unknown\"}")]
    public async Task Observability_OfARequestThatWouldBeRefused_OnlyWatches(string body)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var stream = service.Open(deadline);

        await stream.SendAsync(Observed(Messages.Request()));
        await stream.SendAsync(Observed(Messages.RequestBody(body)));
        await stream.SendAsync(Observed(Messages.Response(200, endOfStream: true)));
        await stream.CloseAsync();

        Assert.Equal((GrpcStatusCode.OK, ""), await stream.EndAsync());
        Assert.Equal((200, (string?)null), (Assert.Single(service.Records).Status, service.Records[0].ErrorCode));
    }

    [Theory]
    [InlineData("/other")]
    [InlineData("/v1/models")]
    public async Task Observability_OfWhatIsNotOurs_IsIgnored(string path)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var stream = service.Open(deadline);

        await stream.SendAsync(Observed(Messages.Request(path, "GET", endOfStream: true)));
        await stream.SendAsync(Observed(Messages.JsonResponse()));
        await stream.SendAsync(Observed(Messages.ResponseBody("{}")));
        await stream.SendAsync(Observed(Messages.ResponseTrailers()));
        await stream.CloseAsync();

        Assert.Equal((GrpcStatusCode.OK, ""), await stream.EndAsync());
        Assert.Empty(service.Records);
    }

    [Fact]
    public async Task FullDuplexResponse_OfEvents_IsAnsweredInPieces()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var id = await router.BeginAsync(Duplex(Messages.Request()));
        await router.AskAsync(Messages.RequestBody(Messages.Chat(stream: true)));
        await using var upstream = service.Open(deadline);
        await upstream.AskAsync(Messages.Attempt(id, TestSnapshot.First));

        var head = await router.AskAsync(Messages.EventsResponse());
        const string Chunk = "data: {\"choices\":[]}\n\n";
        var first = Piece(await router.AskAsync(Messages.ResponseBody(Chunk, endOfStream: false)));
        await router.SendAsync(Messages.ResponseBody(Usage[..30], endOfStream: false)); // held: it may be the usage chunk that the gateway asked for
        await router.SendAsync(Messages.ResponseBody(Usage[30..], endOfStream: false));
        var last = await router.AskAsync(Messages.ResponseBody(""));

        Assert.Null(head.ModeOverride);
        Assert.Equal((Chunk, false), (first.Body.ToStringUtf8(), first.EndOfStream));
        Assert.Equal(("", true), (Piece(last).Body.ToStringUtf8(), Piece(last).EndOfStream));
        Assert.Equal(9, last.Metadata()["input"].NumberValue);
    }

    [Fact]
    public async Task FullDuplexResponse_WithTrailers_EndsWithThem()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync(Duplex(Messages.Request()));
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));
        await router.AskAsync(Messages.JsonResponse());
        await router.AskAsync(Messages.ResponseBody(Messages.Answer, endOfStream: false));

        await router.SendAsync(Messages.ResponseTrailers());
        var rest = Piece(await router.ReadAsync());
        var trailers = await router.ReadAsync();

        Assert.Equal((0, false), (rest.Body.Length, rest.EndOfStream));
        Assert.Equal(ProcessingResponse.ResponseOneofCase.ResponseTrailers, trailers.ResponseCase);
        Assert.Equal(9, Assert.Single(service.Records).Usage.Input);
    }

    [Fact]
    public async Task FullDuplexResponse_WithAnErrorToWrap_HoldsItsHeadUntilTheBodyIsThere()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var id = await router.BeginAsync(Duplex(Messages.Request()));
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));
        await using var upstream = service.Open(deadline);
        await upstream.AskAsync(Messages.Attempt(id, TestSnapshot.First));

        await router.SendAsync(Messages.Response(503, more: ("content-type", "text/plain")));
        await router.SendAsync(Messages.ResponseBody("over", endOfStream: false));
        await router.SendAsync(Messages.ResponseBody("loaded", endOfStream: false));
        await router.SendAsync(Messages.ResponseBody(""));
        var head = await router.ReadAsync();
        var body = await router.ReadAsync();

        Assert.Equal("application/json", head.ResponseHeaders.Response.Sets("content-type"));
        Assert.Contains("overloaded", Piece(body).Body.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(head.ResponseHeaders.Response.Sets("content-length"), Piece(body).Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(Piece(body).EndOfStream);
    }

    [Fact]
    public async Task FullDuplexResponse_ClosedWhileItsHeadIsHeld_IsNeverOk()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        await router.BeginAsync(Duplex(Messages.Request()));
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));

        await router.SendAsync(Messages.Response(503));
        await router.SendAsync(Messages.ResponseBody("over", endOfStream: false));
        await router.CloseAsync();

        Assert.Equal(GrpcStatusCode.Aborted, (await router.EndAsync()).Code);
    }

    [Fact]
    public async Task FullDuplexRequest_IsRefusedAtOnce()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var head = Messages.Request();
        head.ProtocolConfig = new ProtocolConfiguration { RequestBodyMode = BodySendMode.FullDuplexStreamed };

        await router.SendAsync(head); // Envoy has no time limit in this mode: silence would hang the request

        Assert.Equal(GrpcStatusCode.FailedPrecondition, (await router.EndAsync()).Code);
    }

    private static StreamedBodyResponse Piece(ProcessingResponse answer) => answer.ResponseBody.Response.BodyMutation.StreamedResponse;

    private static ProcessingRequest Duplex(ProcessingRequest head)
    {
        head.ProtocolConfig = new ProtocolConfiguration { RequestBodyMode = BodySendMode.Buffered, ResponseBodyMode = BodySendMode.FullDuplexStreamed };
        return head;
    }

    private static ProcessingRequest Observed(ProcessingRequest request)
    {
        request.ObservabilityMode = true;
        return request;
    }

    private static Protocol.InboundMessage Observed(Protocol.InboundMessage body) => body with { Context = new ProcessingRequest { ObservabilityMode = true } };
}

using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;
using Envoy.Config.Core.V3;

namespace AiGateway.ExtProc.Tests;

/// <summary>How an attempt finds its exchange, and what happens when it does not.</summary>
public sealed class JoinTests
{
    [Theory]
    [InlineData(null, TestSnapshot.First, "missing internal request ID header from router filter")]
    [InlineData("r-1-0000", TestSnapshot.First, "no router processor found, request_id=r-1, backend=" + TestSnapshot.First)]
    [InlineData("running", "default/none", "unknown backend: default/none")]
    [InlineData("running", null, "missing backend name in attributes at path: xds.upstream_host_metadata.filter_metadata['aigateway.envoy.io']['per_route_rule_backend_name']")]
    public async Task Attempt_ThatCannotBeJoined_EndsWithInternal(string? id, string? backend, string message)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var running = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));

        await using var upstream = service.Open(deadline);
        await upstream.SendAsync(Messages.Attempt(id == "running" ? running : id, backend));

        Assert.Equal((GrpcStatusCode.Internal, message), await upstream.EndAsync());
        await FinishAsync(router);
    }

    [Fact]
    public async Task Attempt_WithoutTheHeader_IsJoinedByMetadata()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var answer = await router.AskAsync(Messages.Request());
        var metadata = answer.DynamicMetadata;
        Assert.Equal(answer.RequestHeaders.Response.Sets(Messages.IdHeader), answer.Metadata()["internal_req_id"].StringValue);
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));

        await using var upstream = service.Open(deadline);
        var request = Messages.Attempt(id: null, TestSnapshot.First);
        request.MetadataContext = new Metadata { FilterMetadata = { [Messages.Namespace] = metadata.Fields[Messages.Namespace].StructValue } };
        var attempt = await upstream.AskAsync(request);

        Assert.Equal("Bearer key-of-first", attempt.RequestHeaders.Response.Sets("authorization"));
        await FinishAsync(router);
        Assert.Equal(TestSnapshot.First, Assert.Single(service.Records).Backend);
    }

    [Fact]
    public async Task Attempt_AfterTheExchangeEnded_EndsWithInternal()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        string id;
        await using (var router = service.Open(deadline))
        {
            id = await router.BeginAsync();
            await router.AskAsync(Messages.RequestBody(Messages.Chat()));
        }

        await service.RecordsAsync(1, deadline);
        await using var upstream = service.Open(deadline);
        await upstream.SendAsync(Messages.Attempt(id, TestSnapshot.First));

        var (code, message) = await upstream.EndAsync();
        Assert.Equal(GrpcStatusCode.Internal, code);
        Assert.StartsWith("no router processor found", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempt_WhileItsExchangeIsBeingAnswered_EndsWithInternal()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var id = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));
        await router.AskAsync(Messages.JsonResponse());

        await using var upstream = service.Open(deadline);
        await upstream.SendAsync(Messages.Attempt(id, TestSnapshot.First));

        Assert.Equal(GrpcStatusCode.Internal, (await upstream.EndAsync()).Code);
        await router.AskAsync(Messages.ResponseBody(Messages.Answer));
    }

    [Fact]
    public async Task Attempts_TwoAtOnce_EachGetTheirOwnBackend()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var router = service.Open(deadline);
        var id = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat("f")));
        await using var first = service.Open(deadline);
        await using var second = service.Open(deadline);

        await Task.WhenAll(first.SendAsync(Messages.Attempt(id, TestSnapshot.First)).AsTask(), second.SendAsync(Messages.Attempt(id, TestSnapshot.Second)).AsTask());
        var (toFirst, toSecond) = (await first.ReadAsync(), await second.ReadAsync());

        Assert.Equal("Bearer key-of-first", toFirst.RequestHeaders.Response.Sets("authorization"));
        Assert.Equal("key-of-second", toSecond.RequestHeaders.Response.Sets("api-key"));
        Assert.Contains("second-model", toSecond.RequestHeaders.Response.Sets(":path"), StringComparison.Ordinal);
        await FinishAsync(router);
        Assert.Equal(2, Assert.Single(service.Records).Attempts);
    }

    [Fact]
    public async Task Exchanges_WithTheSameRequestId_NeverMix()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);

        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            await using var router = service.Open(deadline);
            var id = await router.BeginAsync();
            await router.AskAsync(Messages.RequestBody(number % 2 == 0 ? Messages.Chat() : Messages.Chat("f")));
            await using var upstream = service.Open(deadline);
            var attempt = await upstream.AskAsync(Messages.Attempt(id, TestSnapshot.First));
            Assert.Equal("Bearer key-of-first", attempt.RequestHeaders.Response.Sets("authorization"));
            await FinishAsync(router);
            return id;
        }));

        Assert.Equal(100, ids.Distinct().Count());
        var records = await service.RecordsAsync(100, deadline);
        Assert.Equal((50, 50), (records.Count(record => record.RequestedModel == "m"), records.Count(record => record.RequestedModel == "f")));
        Assert.All(records, record => Assert.Equal("r-1", record.RequestId));
    }

    private static async Task FinishAsync(EnvoyStream router)
    {
        await router.AskAsync(Messages.JsonResponse());
        await router.AskAsync(Messages.ResponseBody(Messages.Answer));
    }
}

using AiGateway.Contracts;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Tests.Support;
using AiGateway.TestSupport;
using Envoy.Service.ExtProc.V3;
using Grpc.Health.V1;

namespace AiGateway.ExtProc.Tests;

/// <summary>A service that was asked to end.</summary>
public sealed class DrainTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10); // only the end of the exchange may end the drain

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunningExchange_WhileDraining_OpensItsAttemptAndFinishes(bool unixSocket)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline, unixSocket);
        await using var router = service.Open(deadline);
        var id = await router.BeginAsync();
        await router.AskAsync(Messages.RequestBody(Messages.Chat()));

        var drained = service.Host.DrainAsync(s_long, deadline);
        using var another = new GrpcChannel(service.Address); // Envoy may open one more connection for it
        await using var upstream = service.Open(deadline, another);
        var attempt = await upstream.AskAsync(Messages.Attempt(id, TestSnapshot.First));
        Assert.Equal("Bearer key-of-first", attempt.RequestHeaders.Response.Sets("authorization"));
        await upstream.DisposeAsync();
        await router.AskAsync(Messages.JsonResponse());
        Assert.False(drained.IsCompleted);
        var last = await router.AskAsync(Messages.ResponseBody(Messages.Answer));
        Assert.Equal(9, last.Metadata()["input"].NumberValue);

        await drained;
        Assert.Equal(ExchangeOutcome.Succeeded, Assert.Single(service.Records).Outcome);
        await using var late = service.Open(deadline);
        await late.SendAsync(Messages.Request());
        Assert.Equal(GrpcStatusCode.Unavailable, (await late.EndAsync()).Code); // the connection is closed and nobody listens
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"code\":\"draining\"")]
    [InlineData("/anthropic/v1/messages", "\"type\":\"error\"")]
    public async Task NewExchange_WhileDraining_IsRefusedInItsDialectAndHealthSaysSo(string path, string part)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var running = service.Open(deadline);
        await running.BeginAsync();

        var drained = service.Host.DrainAsync(s_long, deadline);
        await using var refused = service.Open(deadline);
        var answer = (await refused.AskAsync(Messages.Request(path))).ImmediateResponse;

        Assert.Equal(503, (int)answer.Status.Code);
        Assert.Contains(part, answer.Body.ToStringUtf8(), StringComparison.Ordinal);
        Assert.Contains(answer.Headers.SetHeaders, header => header.Header is { Key: "retry-after" });
        Assert.Equal(GrpcStatusCode.OK, (await refused.EndAsync()).Code);
        foreach (var name in (string[])["", ExtProcHost.ServiceName])
        {
            var health = await service.Channel.UnaryAsync(HealthService.CheckMethod, new ProtobufCodec<HealthCheckRequest>(), new ProtobufCodec<HealthCheckResponse>(), new HealthCheckRequest { Service = name }, cancellationToken: deadline);
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, health.Status);
        }

        Assert.False(drained.IsCompleted);
        await running.DisposeAsync();
        await drained;
    }

    [Fact]
    public async Task Drain_ThatIsCutShort_EndsRunningExchanges()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var service = await ServiceUnderTest.StartAsync(deadline);
        await using var running = service.Open(deadline);
        await running.BeginAsync();
        using var now = new CancellationTokenSource();

        var drained = service.Host.DrainAsync(s_long, now.Token);
        await now.CancelAsync();
        await drained;

        Assert.NotEqual(GrpcStatusCode.OK, (await running.EndAsync()).Code);
        Assert.Equal(ExchangeOutcome.ClientCancelled, Assert.Single(await service.RecordsAsync(1, deadline)).Outcome);
    }
}

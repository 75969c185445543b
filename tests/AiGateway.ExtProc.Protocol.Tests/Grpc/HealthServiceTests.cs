using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

public sealed class HealthServiceTests
{
    private static readonly ProtobufCodec<HealthCheckRequest> s_requests = new();
    private static readonly ProtobufCodec<HealthCheckResponse> s_responses = new();

    private readonly HealthService _health = new();

    [Fact]
    public async Task Check_Server_DoesNotServeUntilSaid()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(_health.Map);
        using var channel = server.Channel();

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(channel, "", deadline));
        _health.Set("", serving: true);
        Assert.Equal(ServingStatus.Serving, await CheckAsync(channel, "", deadline));
        _health.Set("", serving: false);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(channel, "", deadline));
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(_health.Map);
        using var channel = server.Channel();

        Assert.Equal(GrpcStatusCode.NotFound, (await Assert.ThrowsAsync<GrpcException>(() => CheckAsync(channel, "nobody", deadline))).Code);
    }

    [Fact]
    public async Task Watch_UnknownService_IsToldWhenItComes()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(_health.Map);
        using var channel = server.Channel();
        await using var states = Watch(channel, "late", deadline);

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(states));
        _health.Set("other", serving: true);
        _health.Set("late", serving: true);
        Assert.Equal(ServingStatus.Serving, await NextAsync(states));
        _health.Set("late", serving: true);
        _health.Set("late", serving: false);
        Assert.Equal(ServingStatus.NotServing, await NextAsync(states));
    }

    [Fact]
    public async Task Watch_HostStops_IsToldAndSentAway()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        _health.Set("service", serving: true);
        await using var server = await GrpcServer.StartAsync(_health.Map);
        using var channel = server.Channel();
        await using var states = Watch(channel, "service", deadline);
        Assert.Equal(ServingStatus.Serving, await NextAsync(states));

        var stopped = server.StopAsync(deadline);

        Assert.Equal(ServingStatus.NotServing, await NextAsync(states));
        Assert.Equal(GrpcStatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => NextAsync(states))).Code);
        await stopped;
        server.Logs.ExpectNoErrors();
    }

    private static async Task<ServingStatus> CheckAsync(GrpcChannel channel, string service, CancellationToken cancellationToken) =>
        (await channel.UnaryAsync(HealthService.CheckMethod, s_requests, s_responses, new HealthCheckRequest { Service = service }, cancellationToken: cancellationToken)).Status;

    private static IAsyncEnumerator<HealthCheckResponse> Watch(GrpcChannel channel, string service, CancellationToken cancellationToken) =>
        channel.ServerStreamAsync(HealthService.WatchMethod, s_requests, s_responses, new HealthCheckRequest { Service = service }, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);

    private static async Task<ServingStatus> NextAsync(IAsyncEnumerator<HealthCheckResponse> states)
    {
        Assert.True(await states.MoveNextAsync());
        return states.Current.Status;
    }
}

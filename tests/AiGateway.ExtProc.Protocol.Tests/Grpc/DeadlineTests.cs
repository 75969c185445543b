using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

public sealed class DeadlineTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Server_DeadlineOfTheClientPasses_HandlerIsCancelledAndAnswersDeadlineExceeded()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var time = new ManualTime();
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            // The client's body is complete, so it is the clock that ends this.
            await Task.Delay(Timeout.Infinite, stream.Cancelled);
        }, options: new GrpcServerOptions { Time = time });
        using var raw = new RawCall(server) { Headers = { ["grpc-timeout"] = "30S" } };

        var answer = raw.PostAsync([], deadline);
        await time.WaitForTimersAsync(1, deadline);
        time.Advance(s_limit);

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await answer).Status);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Server_DeadlinePassesWhileReading_IsDeadlineExceededWhateverTheHandlerMakesOfIt()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var time = new ManualTime();
        await using var server = await GrpcServer.StartAsync(async stream => await Assert.ThrowsAsync<OperationCanceledException>(async () => await stream.ReadAsync()), options: new GrpcServerOptions { Time = time });
        using var raw = new RawCall(server) { Headers = { ["grpc-timeout"] = "30S" } };

        var answer = raw.PostUnendingAsync([], deadline);
        await time.WaitForTimersAsync(1, deadline);
        time.Advance(s_limit);

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await answer).Status);
    }

    [Theory]
    [InlineData("0m", GrpcStatusCode.DeadlineExceeded)]
    [InlineData("soon", GrpcStatusCode.Internal)]
    public async Task Server_LimitThatCannotBeKept_IsAnsweredWithoutTheHandler(string timeout, GrpcStatusCode expected)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var called = false;
        await using var server = await GrpcServer.StartAsync(_ =>
        {
            called = true;
            return Task.CompletedTask;
        });
        using var raw = new RawCall(server) { Headers = { ["grpc-timeout"] = timeout } };

        Assert.Equal(expected, (await raw.PostAsync([], deadline)).Status);
        Assert.False(called);
    }

    [Fact]
    public async Task Client_DeadlinePassesWhileTheServerIsSilent_ReadFailsAndTheServerIsTold()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var time = new ManualTime();
        var cancelled = new SyncPoint();
        var heard = "";
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            heard = stream.Header("grpc-timeout");
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await stream.ReadAsync());
            Assert.True(stream.Cancelled.IsCancellationRequested);
            cancelled.Release();
        });
        using var channel = server.Channel(new GrpcChannelOptions { Time = time });
        await using var call = channel.Call(new GrpcCallOptions { Timeout = s_limit }, deadline);

        var read = call.FailureAsync();
        await server.Logs.WaitForAsync(entry => entry.Message.Contains("Executing endpoint", StringComparison.Ordinal), deadline);
        time.Advance(s_limit);

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await read).Code);
        await cancelled.ArriveAsync(deadline);
        Assert.Equal("30000m", heard);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<GrpcException>(async () => await call.WriteAsync("late"))).Code);
    }
}

using System.Threading.Channels;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

/// <summary>Calls that one side leaves. Envoy ends nearly every call so: it must be no error anywhere.</summary>
public sealed class CancellationTests
{
    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.UnixSocket)]
    public async Task Client_LeavesWhileTheHandlerReads_HandlerIsCancelled(Transport transport)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var left = new SyncPoint();
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await TestCalls.EchoOnceAsync(stream);
            var gone = await Assert.ThrowsAsync<OperationCanceledException>(async () => await stream.ReadAsync());
            Assert.True(stream.Cancelled.IsCancellationRequested);
            Assert.Equal(stream.Cancelled, gone.CancellationToken);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.WriteAsync("nobody listens"));
            left.Release();
            throw gone;
        }, transport);
        using var channel = server.Channel();
        var call = channel.Call(cancellationToken: deadline);
        await call.WriteAsync("hello");
        await call.NextAsync();

        await call.DisposeAsync();

        await left.ArriveAsync(deadline);
        await server.Logs.WaitForAsync(entry => entry.EventId.Id == 1102, deadline);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Client_LeavesManyCalls_NoneLooksCompleted()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var ends = Channel.CreateUnbounded<string>();
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await TestCalls.EchoOnceAsync(stream);
            try
            {
                await stream.ReadAsync();
                ends.Writer.TryWrite("completed");
            }
            catch (OperationCanceledException)
            {
                ends.Writer.TryWrite("left");
            }
        });
        using var channel = server.Channel();

        for (var turn = 0; turn < 200; turn++)
        {
            await using var call = channel.Call(cancellationToken: deadline);
            await call.WriteAsync("hello");
            await call.NextAsync();
        }

        for (var turn = 0; turn < 200; turn++) Assert.Equal("left", await ends.Reader.ReadAsync(deadline));
    }

    [Fact]
    public async Task Client_LeavesWhileTheHandlerWorks_TokenTells()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var working = new SyncPoint();
        await using var server = await GrpcServer.StartAsync(stream => working.ArriveAsync(stream.Cancelled));
        using var channel = server.Channel();
        var call = channel.Call(cancellationToken: deadline);
        await call.WriteAsync("hello");
        await working.WaitUntilReachedAsync(deadline);

        await call.DisposeAsync();

        await server.Logs.WaitForAsync(entry => entry.EventId.Id == 1102, deadline);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Client_StopsReading_WriteWaitsUntilItLeaves()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var left = new SyncPoint();
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await stream.WriteAsync("hello");
            var piece = new string('x', 1 << 20);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (true) await stream.WriteAsync(piece);
            });
            left.Release();
        });
        using var channel = server.Channel();
        var call = channel.Call(cancellationToken: deadline);
        await call.NextAsync();

        await call.DisposeAsync();

        await left.ArriveAsync(deadline);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Caller_Cancels_ReadAndWriteAreCancelledNotFailed()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var channel = server.Channel();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        await using var call = channel.Call(cancellationToken: caller.Token);
        await call.WriteAsync("hello");
        await call.NextAsync();

        var read = call.ReadAsync();
        await caller.CancelAsync();

        var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(async () => await read);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await call.WriteAsync("late"));
    }

    [Fact]
    public async Task Server_Aborts_ClientSeesTheReset()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await stream.WriteAsync("hello");
            throw new OperationCanceledException("its own");
        });
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);
        await call.NextAsync();

        Assert.Equal(GrpcStatusCode.Cancelled, (await call.FailureAsync()).Code);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Call_WrittenAfterItsCompletion_Throws()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);
        await call.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call.WriteAsync("late"));
    }

    [Fact]
    public async Task Call_DisposedTwice_IsFine()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var channel = server.Channel();
        var call = channel.Call(cancellationToken: deadline);
        await call.WriteAsync("hello");

        await call.DisposeAsync();
        await call.DisposeAsync();
    }
}

using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

/// <summary>Server and client against each other.</summary>
public sealed class DuplexTests
{
    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.UnixSocket)]
    public async Task Messages_BothWays_ArriveInOrder(Transport transport)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync, transport);
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        for (var turn = 0; turn < 100; turn++)
        {
            await call.WriteAsync($"message {turn}");
            Assert.Equal($"message {turn}", await call.NextAsync());
        }

        await call.CompleteAsync();
        await call.EndAsync();
        server.Logs.ExpectNoErrors();
    }

    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.UnixSocket)]
    public async Task Messages_LargerThanEveryWindow_Arrive(Transport transport)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync, transport);
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);
        var large = new string('m', 20 << 20);

        await call.WriteAsync(large);

        Assert.Equal(large, await call.NextAsync());
    }

    [Fact]
    public async Task Calls_ManyAtOnce_DoNotMix()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var channel = server.Channel();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            await using var call = channel.Call(cancellationToken: deadline);
            for (var turn = 0; turn < 20; turn++)
            {
                await call.WriteAsync($"{number}/{turn}");
                Assert.Equal($"{number}/{turn}", await call.NextAsync());
            }

            await call.CompleteAsync();
            await call.EndAsync();
        }));
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Server_SpeaksFirst_ClientNeedNotWrite()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(async stream => await stream.WriteAsync("hello"));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        Assert.Equal("hello", await call.NextAsync());
        await call.EndAsync();
    }

    [Fact]
    public async Task Handler_ReturnsWhileTheClientSends_CallEndsWithOk()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(async stream => await stream.WriteAsync((await stream.ReadAsync()).Message));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);
        var piece = new string('p', 100_000);

        await call.WriteAsync("first");
        while (!call.WritingEnded) await call.WriteAsync(piece);

        Assert.Equal("first", await call.NextAsync());
        await call.EndAsync();
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Metadata_OfTheClient_ReachesTheHandler()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(async stream => await stream.WriteAsync($"{stream.Header("x-level")} {stream.Header("x-absent") ?? "none"}"));
        using var channel = server.Channel();
        await using var call = channel.Call(new GrpcCallOptions { Metadata = [new("x-level", "router")] }, deadline);

        Assert.Equal("router none", await call.NextAsync());
    }

    [Fact]
    public async Task Unary_And_ServerStream_CarryTheirMessages()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(endpoints =>
        {
            endpoints.MapGrpcUnary("/t.T/Unary", TextCodec.Instance, TextCodec.Instance, (request, _) => Task.FromResult(request + "!"));
            endpoints.MapGrpcServerStream("/t.T/Stream", TextCodec.Instance, TextCodec.Instance, async (request, stream) =>
            {
                foreach (var c in request) await stream.WriteAsync(c.ToString());
            });
        });
        using var channel = server.Channel();

        Assert.Equal("abc!", await channel.UnaryAsync("/t.T/Unary", TextCodec.Instance, TextCodec.Instance, "abc", cancellationToken: deadline));
        Assert.Equal(["a", "b", "c"], await channel.ServerStreamAsync("/t.T/Stream", TextCodec.Instance, TextCodec.Instance, "abc", cancellationToken: deadline).ToArrayAsync(deadline));
    }

    [Fact]
    public async Task Unary_HandlerOfManyAnswers_IsRefusedByTheClient()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await stream.WriteAsync("one");
            await stream.WriteAsync("two");
        });
        using var channel = server.Channel();

        var refusal = await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(TestCalls.Path, TextCodec.Instance, TextCodec.Instance, "ask", cancellationToken: deadline));

        Assert.Equal(GrpcStatusCode.Internal, refusal.Code);
    }
}

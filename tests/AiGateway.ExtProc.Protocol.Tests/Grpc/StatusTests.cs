using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

/// <summary>How calls end, and what the other side learns about it.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Handler_ThrowsAStatus_ClientGetsItWithItsText()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(_ => throw new GrpcException(GrpcStatusCode.PermissionDenied, "zutritt für 5% der Gäste\n"));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        var failure = await call.FailureAsync();

        Assert.Equal(GrpcStatusCode.PermissionDenied, failure.Code);
        Assert.Equal("zutritt für 5% der Gäste\n", failure.Message);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await call.FailureAsync()).Code);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task Handler_ThrowsAfterAMessage_StatusIsInTheTrailers()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await stream.WriteAsync("one");
            throw new GrpcException(GrpcStatusCode.Aborted, "later");
        });
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        Assert.Equal("one", await call.NextAsync());
        Assert.Equal(GrpcStatusCode.Aborted, (await call.FailureAsync()).Code);
    }

    [Fact]
    public async Task Handler_Throws_ClientLearnsNothingAndTheLogAll()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(_ => throw new InvalidOperationException("key sk-secret-1"));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        var failure = await call.FailureAsync();

        Assert.Equal(GrpcStatusCode.Unknown, failure.Code);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        var entry = await server.Logs.WaitForAsync(entry => entry.Level == LogLevel.Error, deadline);
        Assert.Equal(1100, entry.EventId.Id);
        Assert.Contains("sk-secret-1", entry.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codec_FailsInMidMessage_CallIsResetAndNoStatusInvented()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(endpoints =>
            endpoints.MapGrpcDuplex(TestCalls.Path, TextCodec.Instance, new HalfCodec(), async stream => await stream.WriteAsync("long")));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        Assert.Equal(GrpcStatusCode.Internal, (await call.FailureAsync()).Code);
    }

    [Fact]
    public async Task Method_Unknown_IsUnimplemented()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var channel = server.Channel();

        var failure = await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync("/no.Such/Method", TextCodec.Instance, TextCodec.Instance, "", cancellationToken: deadline));

        Assert.Equal(GrpcStatusCode.Unimplemented, failure.Code);
    }

    [Fact]
    public async Task Server_NotThere_IsUnavailable()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        using var channel = new GrpcChannel($"unix:{folder.File("none.sock")}");
        await using var call = channel.Call(cancellationToken: deadline);

        await call.WriteAsync("dropped, and no error here");

        Assert.True(call.WritingEnded);
        Assert.Equal(GrpcStatusCode.Unavailable, (await call.FailureAsync()).Code);
    }

    [Theory]
    [InlineData(400, GrpcStatusCode.Internal)]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(429, GrpcStatusCode.Unavailable)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(500, GrpcStatusCode.Unknown)]
    [InlineData(200, GrpcStatusCode.Unknown)]
    public async Task Answer_InPlainHttp_IsMapped(int status, GrpcStatusCode expected)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(endpoints => endpoints.MapPost(TestCalls.Path, (HttpContext context) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("a page", deadline.Token);
        }));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        Assert.Equal(expected, (await call.FailureAsync()).Code);
    }

    [Fact]
    public async Task Answer_WithoutStatusInTheTrailers_IsUnknown()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(endpoints => endpoints.MapPost(TestCalls.Path, async (HttpContext context) =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.WriteAsync(RawCall.Frame("one"u8), deadline.Token);
        }));
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);

        Assert.Equal("one", await call.NextAsync());
        Assert.Equal(GrpcStatusCode.Unknown, (await call.FailureAsync()).Code);
    }

    [Fact]
    public async Task Answer_LargerThanTheLimit_IsRefusedAndTheCallReset()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var left = new SyncPoint();
        await using var server = await GrpcServer.StartAsync(async stream =>
        {
            await stream.WriteAsync(new string('x', 17));
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await stream.ReadAsync());
            left.Release();
        });
        using var channel = server.Channel(new GrpcChannelOptions { MaxReceiveMessageBytes = 16 });
        await using var call = channel.Call(cancellationToken: deadline);

        Assert.Equal(GrpcStatusCode.ResourceExhausted, (await call.FailureAsync()).Code);
        await call.DisposeAsync();
        await left.ArriveAsync(deadline);
    }

    /// <summary>Promises more bytes than it writes.</summary>
    private sealed class HalfCodec : IMessageCodec<string>
    {
        public string Read(in System.Buffers.ReadOnlySequence<byte> payload) => "";

        public int Size(string message) => 100;

        public void Write(string message, System.Buffers.IBufferWriter<byte> output) => throw new InvalidOperationException("half");
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

public sealed class ListenerTests
{
    [Fact]
    public async Task Connection_Settings_SuitAProxy()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        await using var connection = await RawHttp2.ConnectAsync(server.Port, deadline);

        var settings = RawHttp2.ParseSettings(await connection.ReadAsync(RawHttp2.Settings, 0, deadline));
        var window = BinaryPrimitives.ReadInt32BigEndian(await connection.ReadAsync(RawHttp2.WindowUpdate, 0, deadline));

        Assert.Equal((uint)GrpcListener.MaxStreamsPerConnection, settings[3]);
        Assert.Equal(1u << 20, settings[4]);
        Assert.Equal(8 << 20, window + 65_535);
    }

    [Fact]
    public async Task Ping_OfTheClient_IsAnswered()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        await using var connection = await RawHttp2.ConnectAsync(server.Port, deadline);
        byte[] payload = [1, 2, 3, 4, 5, 6, 7, 8];

        await connection.SendAsync(RawHttp2.Ping, 0, payload, deadline);

        Assert.Equal(payload, await connection.ReadAsync(RawHttp2.Ping, RawHttp2.Ack, deadline));
    }

    [Fact]
    public async Task Host_Stops_ConnectionsAreToldByGoAway()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        await using var connection = await RawHttp2.ConnectAsync(server.Port, deadline);
        await connection.ReadAsync(RawHttp2.Settings, RawHttp2.Ack, deadline);

        var stopped = server.StopAsync(deadline);
        var goAway = await connection.ReadAsync(RawHttp2.GoAway, 0, deadline);

        Assert.Equal(0, BinaryPrimitives.ReadInt32BigEndian(goAway.AsSpan(4))); // NO_ERROR
        await stopped;
    }

    [Theory]
    [InlineData(Transport.Tcp)]
    [InlineData(Transport.UnixSocket)]
    public async Task Host_StopsDuringACall_CallEndsAsItLikes(Transport transport)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync, transport);
        using var channel = server.Channel();
        await using var call = channel.Call(cancellationToken: deadline);
        await call.WriteAsync("before");
        await call.NextAsync();

        var stopped = server.StopAsync(deadline);
        await server.Logs.WaitForAsync(entry => entry.Message.Contains("Application is shutting down", StringComparison.Ordinal), deadline);
        await call.WriteAsync("after");

        Assert.Equal("after", await call.NextAsync());
        Assert.False(stopped.IsCompleted);
        await call.CompleteAsync();
        await call.EndAsync();
        await stopped;
        await using var late = channel.Call(cancellationToken: deadline);
        Assert.Equal(GrpcStatusCode.Unavailable, (await late.FailureAsync()).Code);
        server.Logs.ExpectNoErrors();
    }

    [Fact]
    public async Task UnixSocket_LeftByADeadProcess_IsReplaced()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var path = folder.File("left.sock");
        LeaveSocket(path);

        await using var app = Host($"unix:{path}");
        await app.StartAsync(deadline);

        using var channel = new GrpcChannel($"unix://{path}");
        await using var call = channel.Call(cancellationToken: deadline);
        await call.WriteAsync("hello");
        Assert.Equal("hello", await call.NextAsync());
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task UnixSocket_Mode_LetsTheGroupConnect()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var path = folder.File("mode.sock");
        await using var app = Host($"unix:{path}");

        await app.StartAsync(deadline);

        Assert.Equal("775", Convert.ToString((int)File.GetUnixFileMode(path), 8));
    }

    [Fact]
    public async Task UnixSocket_OfALivingProcess_IsLeftAlone()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var path = folder.File("used.sock");
        await using var first = Host($"unix:{path}");
        await first.StartAsync(deadline);
        await using var second = Host($"unix:{path}");

        var refusal = await Assert.ThrowsAnyAsync<IOException>(() => second.StartAsync(deadline));

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        using var channel = new GrpcChannel($"unix:{path}");
        await using var call = channel.Call(cancellationToken: deadline);
        await call.WriteAsync("still here");
        Assert.Equal("still here", await call.NextAsync());
    }

    [Fact]
    public async Task UnixSocket_PathOfAFile_IsLeftAlone()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var path = folder.Write("notes.txt", "keep me");
        await using var app = Host($"unix:{path}");

        await Assert.ThrowsAnyAsync<IOException>(() => app.StartAsync(deadline));

        Assert.Equal("keep me", await File.ReadAllTextAsync(path, deadline));
    }

    [Theory]
    [InlineData("somewhere")]
    [InlineData("unix:")]
    [InlineData("*:70000")]
    [InlineData("")]
    public void Address_ThatIsNone_IsRefused(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();

        Assert.Throws<FormatException>(() => builder.WebHost.UseGrpcListener(address));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("127.0.0.1:80")]
    [InlineData("unix:")]
    public void ChannelAddress_ThatIsNone_IsRefused(string address) => Assert.Throws<FormatException>(() => new GrpcChannel(address));

    private static WebApplication Host(string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseGrpcListener(address);
        var app = builder.Build();
        app.MapGrpcDuplex(TestCalls.Path, TextCodec.Instance, TextCodec.Instance, TestCalls.EchoAsync);
        return app;
    }

    // What a process leaves that is killed: the file, and nobody who listens. Renamed, since an orderly close would remove it.
    private static void LeaveSocket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
        File.Move(path + ".bound", path);
    }
}

using System.Net;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Wire;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

/// <summary>Clients that break the protocol.</summary>
public sealed class RawCallTests
{
    [Fact]
    public async Task Call_Whole_HasStatusInTheTrailers()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server);

        var answer = await raw.PostAsync(RawCall.Frame("hello"u8), deadline);

        Assert.Equal(RawCall.Frame("hello"u8), answer.Body);
        Assert.Equal(GrpcStatusCode.OK, answer.Status);
        Assert.False(answer.TrailersOnly);
        Assert.DoesNotContain("grpc-message", answer.Fields.Keys);
    }

    [Fact]
    public async Task Frame_Truncated_IsInternal()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server);

        var answer = await raw.PostAsync(RawCall.Frame("hello"u8, length: 6), deadline);

        Assert.Equal(GrpcStatusCode.Internal, answer.Status);
        Assert.True(answer.TrailersOnly);
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task Protobuf_Malformed_IsInternal()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(endpoints =>
            endpoints.MapGrpcDuplex(TestCalls.Path, new ProtobufCodec<HealthCheckRequest>(), TextCodec.Instance, async stream => await stream.ReadAsync()));
        using var raw = new RawCall(server);

        Assert.Equal(GrpcStatusCode.Internal, (await raw.PostAsync(RawCall.Frame([0x0A, 0x7F, 0x00]), deadline)).Status);
        server.Logs.ExpectNoErrors();
    }

    [Theory]
    [InlineData(0x8000_0000u, int.MaxValue)]
    [InlineData(0xFFFF_FFFFu, int.MaxValue)]
    [InlineData(1025u, 1024)]
    public async Task Message_LongerThanTheLimit_IsRefusedFromItsPrefix(uint length, int limit)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync, options: new GrpcServerOptions { MaxReceiveMessageBytes = limit });
        using var raw = new RawCall(server);

        // Five bytes, and the body stays open: an answer can only come from the prefix.
        var answer = await raw.PostUnendingAsync(RawCall.Frame([], length: length), deadline);

        Assert.Equal(GrpcStatusCode.ResourceExhausted, answer.Status);
        Assert.Contains("larger than max", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_CompressedWithoutAnEncoding_IsInternal()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server);

        Assert.Equal(GrpcStatusCode.Internal, (await raw.PostAsync(RawCall.Frame("x"u8, flag: 1), deadline)).Status);
    }

    [Fact]
    public async Task Message_CompressedWithGzip_IsUnimplementedAndTellsWhatIs()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server) { Headers = { ["grpc-encoding"] = "gzip" } };

        var answer = await raw.PostAsync(RawCall.Frame("x"u8, flag: 1), deadline);

        Assert.Equal(GrpcStatusCode.Unimplemented, answer.Status);
        Assert.Equal("identity", answer.Fields["grpc-accept-encoding"]);
        Assert.Contains("gzip", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_PlainDespiteItsEncoding_IsTaken()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server) { Headers = { ["grpc-encoding"] = "gzip" } };

        Assert.Equal(GrpcStatusCode.OK, (await raw.PostAsync(RawCall.Frame("x"u8), deadline)).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc+json")]
    [InlineData(null)]
    public async Task ContentType_NotGrpc_Is415(string? contentType)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server) { ContentType = contentType };

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await raw.PostAsync(RawCall.Frame("x"u8), deadline)).HttpStatus);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    public async Task ContentType_GrpcSpelledOtherwise_IsTaken(string contentType)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server) { ContentType = contentType };

        Assert.Equal(GrpcStatusCode.OK, (await raw.PostAsync(RawCall.Frame("x"u8), deadline)).Status);
    }

    [Fact]
    public async Task Path_UnknownAndNoCall_Is404()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        using var raw = new RawCall(server) { ContentType = "text/plain" };

        Assert.Equal(HttpStatusCode.NotFound, (await raw.PostAsync([], deadline, "/")).HttpStatus);
    }

    [Fact]
    public async Task Http1_OnTheListener_IsRefused()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await GrpcServer.StartAsync(TestCalls.EchoAsync);
        await using var client = await RawHttpClient.ConnectAsync(server.Port, deadline);

        await client.SendAsync("POST /test.Test/Call HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n", deadline);

        Assert.Equal("400", (await client.ReadHeadAsync(deadline)).Words()[1]);
    }

    [Fact]
    public async Task Http1_OnAHostThatSpeaksIt_IsToldToUpgrade()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        await using var app = builder.Build();
        app.MapGrpcDuplex(TestCalls.Path, TextCodec.Instance, TextCodec.Instance, TestCalls.EchoAsync);
        await app.StartAsync(deadline);
        await using var client = await RawHttpClient.ConnectAsync(new Uri(app.Urls.Single()).Port, deadline);

        await client.SendAsync("POST /test.Test/Call HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n", deadline);

        Assert.Equal("426", (await client.ReadHeadAsync(deadline)).Words()[1]);
    }
}

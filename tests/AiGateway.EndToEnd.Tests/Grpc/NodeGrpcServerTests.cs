using System.Buffers;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.TestSupport;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Grpc.Health.V1;

namespace AiGateway.EndToEnd.Tests.Grpc;

/// <summary>The product's gRPC client against a server of @grpc/grpc-js.</summary>
public sealed class NodeGrpcServerTests
{
    private static readonly ProtobufCodec<HealthCheckRequest> s_healthRequests = new();
    private static readonly ProtobufCodec<HealthCheckResponse> s_healthResponses = new();
    private static readonly InboundCodec s_requests = new();
    private static readonly ProtobufCodec<ProcessingResponse> s_responses = new();

    [Fact]
    public async Task Process_AllPhases_OverTcp()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await NodeGrpcServer.StartAsync("127.0.0.1:0", deadline);

        await RunPhasesAsync(server.Channel, deadline);
    }

    [Fact]
    public async Task Process_AllPhases_OverAUnixSocket()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        await using var server = await NodeGrpcServer.StartAsync($"unix:{folder.File("node.sock")}", deadline);

        await RunPhasesAsync(server.Channel, deadline);
    }

    [Fact]
    public async Task Process_Endings_AreTold()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await NodeGrpcServer.StartAsync("127.0.0.1:0", deadline);

        await using (var denied = Call(server.Channel, "denied", deadline))
        {
            var failure = await Assert.ThrowsAsync<GrpcException>(async () => await denied.ReadAsync());
            Assert.Equal(GrpcStatusCode.PermissionDenied, failure.Code);
            Assert.Equal("zutritt für 5% der Gäste", failure.Message);
        }

        await using (var late = Call(server.Channel, "lateError", deadline))
        {
            await late.WriteAsync(Headers());
            Assert.True((await late.ReadAsync()).HasMessage);
            Assert.Equal(GrpcStatusCode.Aborted, (await Assert.ThrowsAsync<GrpcException>(async () => await late.ReadAsync())).Code);
        }

        await using (var empty = Call(server.Channel, "empty", deadline)) Assert.False((await empty.ReadAsync()).HasMessage);

        await using (var silent = Call(server.Channel, "silent", deadline, TimeSpan.FromMilliseconds(300)))
            Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<GrpcException>(async () => await silent.ReadAsync())).Code);

        var unknown = () => server.Channel.UnaryAsync("/no.such.Service/Method", s_healthRequests, s_healthResponses, new HealthCheckRequest(), cancellationToken: deadline);
        Assert.Equal(GrpcStatusCode.Unimplemented, (await Assert.ThrowsAsync<GrpcException>(unknown)).Code);
    }

    [Fact]
    public async Task Process_CallIsDisposed_ServerIsTold()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await NodeGrpcServer.StartAsync("127.0.0.1:0", deadline);
        var call = Call(server.Channel, "phases", deadline);
        await call.WriteAsync(Headers());
        Assert.True((await call.ReadAsync()).HasMessage);

        await call.DisposeAsync();

        await server.WaitUntilLeftAsync("phases", deadline);
    }

    [Fact]
    public async Task Process_BurstOfMessages_ArrivesWhole()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await NodeGrpcServer.StartAsync("127.0.0.1:0", deadline);
        await using var call = Call(server.Channel, "burst", deadline);

        for (var number = 0; number < 200; number++)
            Assert.Equal($"data: {number}\n\n", (await call.ReadAsync()).Message.ResponseBody.Response.BodyMutation.Body.ToStringUtf8());
        Assert.False((await call.ReadAsync()).HasMessage);
    }

    [Fact]
    public async Task Process_2000Calls20AtOnce_AllAnswered()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await NodeGrpcServer.StartAsync("127.0.0.1:0", deadline);

        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = deadline }, async (number, cancellationToken) =>
        {
            await using var call = Call(server.Channel, "phases", cancellationToken);
            var body = BitConverter.GetBytes(number);
            await call.WriteAsync(InboundMessage.OfBody(InboundKind.RequestBody, new ReadOnlySequence<byte>(body), endOfStream: true));
            await call.CompleteAsync();
            Assert.Equal(body, (await call.ReadAsync()).Message.RequestBody.Response.BodyMutation.Body.ToByteArray());
            Assert.False((await call.ReadAsync()).HasMessage);
        });
    }

    [Fact]
    public async Task Health_CheckAndWatch_AreRead()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var server = await NodeGrpcServer.StartAsync("127.0.0.1:0", deadline);

        var answer = await server.Channel.UnaryAsync(HealthService.CheckMethod, s_healthRequests, s_healthResponses, new HealthCheckRequest(), cancellationToken: deadline);
        var states = await server.Channel.ServerStreamAsync(HealthService.WatchMethod, s_healthRequests, s_healthResponses, new HealthCheckRequest(), cancellationToken: deadline)
            .Select(state => state.Status).ToArrayAsync(deadline);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        Assert.Equal([HealthCheckResponse.Types.ServingStatus.Serving, HealthCheckResponse.Types.ServingStatus.NotServing], states);
        var unknown = () => server.Channel.UnaryAsync(HealthService.CheckMethod, s_healthRequests, s_healthResponses, new HealthCheckRequest { Service = "x" }, cancellationToken: deadline);
        Assert.Equal(GrpcStatusCode.NotFound, (await Assert.ThrowsAsync<GrpcException>(unknown)).Code);
    }

    private static async Task RunPhasesAsync(GrpcChannel channel, CancellationToken cancellationToken)
    {
        await using var call = Call(channel, "phases", cancellationToken);
        await call.WriteAsync(Headers());
        var set = (await call.ReadAsync()).Message.RequestHeaders.Response.HeaderMutation.SetHeaders[0].Header;
        Assert.Equal(("x-level", "router"), (set.Key, set.RawValue.ToStringUtf8()));

        foreach (var size in (int[])[0, 1, 4096, 131_072, 8 << 20])
        {
            var body = new byte[size];
            new Random(size).NextBytes(body);
            await call.WriteAsync(InboundMessage.OfBody(InboundKind.ResponseBody, new ReadOnlySequence<byte>(body), endOfStream: false));
            Assert.Equal(body, (await call.ReadAsync()).Message.ResponseBody.Response.BodyMutation.Body.ToByteArray());
        }

        await call.CompleteAsync();
        Assert.False((await call.ReadAsync()).HasMessage);
    }

    private static InboundMessage Headers() =>
        InboundMessage.Of(new ProcessingRequest { RequestHeaders = new HttpHeaders { Headers = new HeaderMap { Headers = { new HeaderValue { Key = ":path", RawValue = ByteString.CopyFromUtf8("/") } } } } });

    private static DuplexCall<InboundMessage, ProcessingResponse> Call(GrpcChannel channel, string name, CancellationToken cancellationToken, TimeSpan? timeout = null) =>
        channel.Duplex(ExternalProcessorMethods.Process, s_requests, s_responses, new GrpcCallOptions { Timeout = timeout, Metadata = [new("x-case", name), new("x-level", "router")] }, cancellationToken);
}

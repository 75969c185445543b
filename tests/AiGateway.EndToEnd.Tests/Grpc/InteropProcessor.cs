using System.Buffers;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace AiGateway.EndToEnd.Tests.Grpc;

/// <summary>An ext_proc service on the product's gRPC layer; request metadata <c>x-case</c> chooses what it does.</summary>
internal sealed class InteropProcessor : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InteropProcessor(WebApplication app, CapturedLogs logs)
    {
        _app = app;
        Logs = logs;
    }

    public CapturedLogs Logs { get; }

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<InteropProcessor> StartAsync(string address, CancellationToken cancellationToken)
    {
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(logs);
        builder.WebHost.UseGrpcListener(address);
        var app = builder.Build();
        var health = new HealthService();
        health.Set("", serving: true);
        health.Map(app);
        app.MapGrpcDuplex(ExternalProcessorMethods.Process, new InboundCodec(), new ProtobufCodec<ProcessingResponse>(), ProcessAsync);
        app.MapGrpcUnimplemented();
        await app.StartAsync(cancellationToken);
        return new InteropProcessor(app, logs);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task ProcessAsync(ServerStream<InboundMessage, ProcessingResponse> stream)
    {
        switch (stream.Header("x-case"))
        {
            case "denied":
                throw new GrpcException(GrpcStatusCode.PermissionDenied, "zutritt für 5% der Gäste");
            case "throws":
                throw new InvalidOperationException("key sk-secret-1");
            case "silent":
                await Task.Delay(Timeout.Infinite, stream.Cancelled);
                break;
            case "lateError":
                await stream.WriteAsync(Answer((await stream.ReadAsync()).Message));
                throw new GrpcException(GrpcStatusCode.Aborted, "later");
            case "early":
                await stream.WriteAsync(Answer((await stream.ReadAsync()).Message));
                break;
            default:
                while (await stream.ReadAsync() is (true, var message)) await stream.WriteAsync(Answer(message));
                break;
        }
    }

    private static ProcessingResponse Answer(InboundMessage message) => message.Kind switch
    {
        InboundKind.RequestHeaders => new() { RequestHeaders = new HeadersResponse { Response = Seen(message.Message!.RequestHeaders) } },
        InboundKind.ResponseHeaders => new() { ResponseHeaders = new HeadersResponse { Response = Seen(message.Message!.ResponseHeaders) } },
        InboundKind.RequestBody => new() { RequestBody = new BodyResponse { Response = Unchanged(message.Body) } },
        InboundKind.ResponseBody => new() { ResponseBody = new BodyResponse { Response = Unchanged(message.Body) } },
        _ => throw new ExpectationException($"The client sent {message.Kind}."),
    };

    private static CommonResponse Seen(HttpHeaders headers)
    {
        var first = headers.Headers.Headers[0];
        var header = new HeaderValue { Key = "x-seen", RawValue = ByteString.CopyFromUtf8($"{first.Key}={first.RawValue.ToStringUtf8()}") };
        return new CommonResponse { HeaderMutation = new HeaderMutation { SetHeaders = { new HeaderValueOption { Header = header } } } };
    }

    private static CommonResponse Unchanged(in ReadOnlySequence<byte> body) => new() { BodyMutation = new BodyMutation { Body = ByteString.CopyFrom(body.ToArray()) } };
}

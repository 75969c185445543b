using System.Collections.Concurrent;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Envoy.Type.V3;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>An operator's processor that leaves a mark on requests and answers, and remembers what it was shown.</summary>
internal sealed class MarkingProcessor : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _name;
    private readonly ConcurrentQueue<string> _seen = new();

    private MarkingProcessor(WebApplication application, string name)
    {
        _application = application;
        _name = name;
    }

    public int Port => new Uri(_application.Urls.Single()).Port;

    /// <summary>JSON body of a 503 with which it refuses every request; null lets them pass.</summary>
    public string? Refusal { get; set; }

    /// <summary>Kinds of messages in order; of request headers the model in them.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <param name="name">Goes into the header <c>x-marked-by</c> of requests and <c>x-answer-marked-by</c> of answers.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<MarkingProcessor> StartAsync(string name, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseGrpcListener("127.0.0.1:0");
        var application = builder.Build();
        var processor = new MarkingProcessor(application, name);
        application.MapGrpcDuplex(ExternalProcessorMethods.Process, new InboundCodec(), new ProtobufCodec<ProcessingResponse>(), processor.ProcessAsync);
        await application.StartAsync(cancellationToken);
        return processor;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task ProcessAsync(ServerStream<InboundMessage, ProcessingResponse> stream)
    {
        while (await stream.ReadAsync() is (true, var message)) await stream.WriteAsync(Answer(message));
    }

    private ProcessingResponse Answer(in InboundMessage message)
    {
        _seen.Enqueue(message.Kind == InboundKind.RequestHeaders ? $"request of {Model(message.Message!.RequestHeaders)}" : message.Kind.ToString());
        return message.Kind switch
        {
            InboundKind.RequestHeaders when Refusal is { } body => new() { ImmediateResponse = Refuse(body) },
            InboundKind.RequestHeaders => new() { RequestHeaders = new HeadersResponse { Response = Mark("x-marked-by") } },
            InboundKind.RequestBody => new() { RequestBody = new BodyResponse() },
            InboundKind.ResponseHeaders => new() { ResponseHeaders = new HeadersResponse { Response = Mark("x-answer-marked-by") } },
            InboundKind.ResponseBody => new() { ResponseBody = new BodyResponse() },
            var other => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"{other} was not asked for."),
        };
    }

    private static ImmediateResponse Refuse(string json) => new()
    {
        Status = new HttpStatus { Code = (StatusCode)503 },
        Headers = Set("content-type", "application/json"),
        Body = ByteString.CopyFromUtf8(json),
    };

    private CommonResponse Mark(string header) => new() { HeaderMutation = Set(header, _name) };

    private static HeaderMutation Set(string name, string value) =>
        new() { SetHeaders = { new HeaderValueOption { Header = new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) } } } };

    private static string Model(HttpHeaders headers) => headers.Headers.Headers.FirstOrDefault(header => header.Key == "x-ai-eg-model")?.RawValue.ToStringUtf8() ?? "no model";
}

using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ServiceDefaults.Transport;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

// The comparison: an ext_proc service that answers every message with nothing, on the transport of aigw extproc. What Envoy with it costs is what the
// protocol costs with four messages an exchange; what aigw costs above this is its own work.
//   bareextproc unix:/path
if (args is not [var address])
{
    Console.Error.WriteLine("usage: bareextproc ADDRESS");
    return 2;
}

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseGrpcListener(address);
builder.Services.AddRouting().AddLogging().AddTransportBlocks();
await using var app = builder.Build();
app.MapGrpcDuplex("/envoy.service.ext_proc.v3.ExternalProcessor/Process", new InboundCodec(), new ProtobufCodec<ProcessingResponse>(), ServeAsync);
await app.RunAsync();
return 0;

static async Task ServeAsync(ServerStream<InboundMessage, ProcessingResponse> stream)
{
    while (await stream.ReadAsync() is (true, var message))
    {
        var answer = Answer(message);
        if (message is { Kind: InboundKind.ResponseBody, EndOfStream: true })
        {
            stream.WriteLast(answer);
            return;
        }

        await stream.WriteAsync(answer);
    }
}

static ProcessingResponse Answer(in InboundMessage message) => message.Kind switch
{
    InboundKind.RequestHeaders => new ProcessingResponse { RequestHeaders = new HeadersResponse() },
    InboundKind.RequestBody => new ProcessingResponse { RequestBody = new BodyResponse() },
    InboundKind.ResponseHeaders => Head(message.Message!),
    InboundKind.ResponseBody => new ProcessingResponse { ResponseBody = new BodyResponse() },
    _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"unexpected {message.Kind}"),
};

static ProcessingResponse Head(ProcessingRequest message)
{
    var answer = new ProcessingResponse { ResponseHeaders = new HeadersResponse() };
    if (message.ResponseHeaders.Headers.Headers.Any(static header => header.Key == "content-type" && header.RawValue.ToStringUtf8().StartsWith("text/event-stream", StringComparison.Ordinal)))
    {
        answer.ResponseHeaders.Response = new CommonResponse { HeaderMutation = new HeaderMutation { RemoveHeaders = { "content-length" } } };
        answer.ModeOverride = new ProcessingMode { ResponseHeaderMode = ProcessingMode.Types.HeaderSendMode.Send, ResponseBodyMode = ProcessingMode.Types.BodySendMode.Streamed };
    }

    return answer;
}

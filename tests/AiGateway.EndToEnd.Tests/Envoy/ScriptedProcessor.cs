using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>
/// An external processor reduced to what a bootstrap must get right: it names the model, asks for a new route, and replaces every attempt's body and path
/// by something that only it knows. What the product's own processor does with the same messages is tested elsewhere.
/// </summary>
internal sealed class ScriptedProcessor : IAsyncDisposable
{
    /// <summary>The path that attempts are sent to.</summary>
    public const string RewrittenPath = "/rewritten";

    /// <summary>What it says the client's path was, as the product's own processor does.</summary>
    private const string OriginalPath = "/as/the/client/sent/it";

    private const string IdHeader = "x-ai-eg-internal-req-id";

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> _clientHeaders = new();
    private readonly ConcurrentQueue<ProcessedAttempt> _attempts = new();

    private ScriptedProcessor(WebApplication application) => _application = application;

    public int Port => new Uri(_application.Urls.Single()).Port;

    /// <summary>Headers of client requests as they arrived.</summary>
    public IReadOnlyCollection<IReadOnlyDictionary<string, string>> ClientHeaders => _clientHeaders;

    /// <summary>Attempts in the order in which they were made.</summary>
    public IReadOnlyCollection<ProcessedAttempt> Attempts => _attempts;

    public static async Task<ScriptedProcessor> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        var processor = new ScriptedProcessor(application);
        application.MapPost("/envoy.service.ext_proc.v3.ExternalProcessor/Process", processor.ProcessAsync);
        await application.StartAsync();
        return processor;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task ProcessAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        try
        {
            await context.Response.StartAsync(context.RequestAborted);
            while (await ReadAsync(context.Request.BodyReader, context.RequestAborted) is { } request)
            {
                Write(context.Response.BodyWriter, Answer(request));
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }

            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionResetException or IOException)
        {
            // Envoy resets a stream when it needs no more answers.
        }
    }

    private ProcessingResponse Answer(ProcessingRequest request) => request.RequestCase switch
    {
        ProcessingRequest.RequestOneofCase.RequestHeaders when request.Attributes.TryGetValue("envoy.filters.http.ext_proc", out var attributes) => Attempt(Read(request.RequestHeaders), attributes),
        ProcessingRequest.RequestOneofCase.RequestHeaders => Client(Read(request.RequestHeaders)),
        ProcessingRequest.RequestOneofCase.RequestBody => Routed(request.RequestBody.Body),
        ProcessingRequest.RequestOneofCase.ResponseHeaders => new ProcessingResponse { ResponseHeaders = new HeadersResponse() },
        ProcessingRequest.RequestOneofCase.ResponseBody => Finished(),
        var other => throw new InvalidOperationException($"Envoy sent {other}, which the bootstrap does not ask for."),
    };

    private ProcessingResponse Client(Dictionary<string, string> headers)
    {
        _clientHeaders.Enqueue(headers);
        return new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = new CommonResponse { HeaderMutation = Setting((IdHeader, headers["x-request-id"])) } } };
    }

    private static ProcessingResponse Routed(ByteString body)
    {
        using var json = JsonDocument.Parse(body.Memory);
        var model = json.RootElement.GetProperty("model").GetString()!;
        return new ProcessingResponse { RequestBody = new BodyResponse { Response = new CommonResponse { HeaderMutation = Setting(("x-ai-eg-model", model), ("x-envoy-original-path", OriginalPath)), ClearRouteCache = true } } };
    }

    private ProcessingResponse Attempt(Dictionary<string, string> headers, Struct attributes)
    {
        var attempt = new ProcessedAttempt(headers.GetValueOrDefault(IdHeader), Attribute("upstream_host", "per_route_rule_backend_name"), Attribute("upstream_host", "upstream_host"), Attribute("route", "aigw_route_name"));
        _attempts.Enqueue(attempt);
        var body = ByteString.CopyFromUtf8($$"""{"to":"{{attempt.Backend}}"}""");
        var facts = new Struct { Fields = { ["content_length"] = Value.ForNumber(body.Length), ["backend_name"] = Value.ForString(attempt.Backend ?? "") } };
        return new ProcessingResponse
        {
            RequestHeaders = new HeadersResponse
            {
                Response = new CommonResponse
                {
                    Status = CommonResponse.Types.ResponseStatus.ContinueAndReplace,
                    HeaderMutation = Setting((":path", RewrittenPath), ("authorization", $"key-of-{attempt.Backend}")),
                    BodyMutation = new BodyMutation { Body = body },
                },
            },
            DynamicMetadata = Metadata(facts),
        };

        string? Attribute(string of, string key) => attributes.Fields.GetValueOrDefault($"xds.{of}_metadata.filter_metadata['aigateway.envoy.io']['{key}']")?.StringValue;
    }

    private static ProcessingResponse Finished() => new()
    {
        ResponseBody = new BodyResponse(),
        DynamicMetadata = Metadata(new Struct { Fields = { ["tokens_in"] = Value.ForNumber(17) } }),
    };

    private static Struct Metadata(Struct facts) => new() { Fields = { ["io.envoy.ai_gateway"] = Value.ForStruct(facts) } };

    private static Dictionary<string, string> Read(HttpHeaders headers) => headers.Headers.Headers.GroupBy(header => header.Key).ToDictionary(group => group.Key, group => group.Last().RawValue.ToStringUtf8());

    private static HeaderMutation Setting(params (string Name, string Value)[] headers)
    {
        var mutation = new HeaderMutation();
        foreach (var (name, value) in headers) mutation.SetHeaders.Add(new HeaderValueOption { Header = new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) } });
        return mutation;
    }

    // One message of gRPC's framing: a byte for compression, four for the length, the message.
    private static async Task<ProcessingRequest?> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            if (TryRead(result.Buffer, out var message, out var end))
            {
                reader.AdvanceTo(end);
                return message;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted) return null;
        }
    }

    private static bool TryRead(ReadOnlySequence<byte> buffer, out ProcessingRequest? message, out SequencePosition end)
    {
        (message, end) = (null, buffer.Start);
        if (buffer.Length < 5) return false;
        Span<byte> head = stackalloc byte[5];
        buffer.Slice(0, 5).CopyTo(head);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (buffer.Length < 5 + length) return false;
        var body = buffer.Slice(5, length);
        message = ProcessingRequest.Parser.ParseFrom(body);
        end = body.End;
        return true;
    }

    private static void Write(PipeWriter writer, ProcessingResponse response)
    {
        var size = response.CalculateSize();
        var head = writer.GetSpan(5);
        head[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)size);
        writer.Advance(5);
        response.WriteTo(writer.GetSpan(size)[..size]);
        writer.Advance(size);
    }
}

using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.Tests.Support;

/// <summary>What a scripted service got: headers as text, or a body.</summary>
internal sealed record Seen(InboundKind Kind, IReadOnlyDictionary<string, string> Headers, string Body, bool EndOfStream, ProcessingRequest? Message)
{
    /// <summary>The body as it came; <see cref="Body"/> is what it says as text.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Attributes that came along, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes => Message?.Attributes.Values.SelectMany(values => values.Fields)
        .ToDictionary(one => one.Key, one => one.Value.HasNumberValue ? one.Value.NumberValue.ToString(System.Globalization.CultureInfo.InvariantCulture) : one.Value.StringValue) ?? [];
}

/// <summary>An ext_proc service that does what a test says, message by message.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    private static int s_names;

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Seen> _seen = new();
    private int _streams;

    private ScriptedService(WebApplication application) => _application = application;

    /// <summary>Name of a processor served by it.</summary>
    public string Name { get; } = $"default/policy/extproc/{Interlocked.Increment(ref s_names)}";

    public int Port => new Uri(_application.Urls.Single()).Port;

    /// <summary>Everything it was sent, of all streams.</summary>
    public IReadOnlyList<Seen> Messages => [.. _seen];

    /// <summary>Streams that are open.</summary>
    public int OpenStreams => Volatile.Read(ref _streams);

    /// <summary>Starts one whose answers a function makes; null sends nothing, <see cref="EndException"/> ends the stream with OK.</summary>
    public static Task<ScriptedService> StartAsync(Func<Seen, ProcessingResponse?> answer) =>
        StartAsync(async (stream, service) =>
        {
            while (await stream.ReadAsync() is (true, var message))
            {
                if (answer(service.Note(message)) is { } said) await stream.WriteAsync(said);
            }
        });

    /// <summary>Starts one that handles streams itself.</summary>
    public static async Task<ScriptedService> StartAsync(Func<ServerStream<InboundMessage, ProcessingResponse>, ScriptedService, Task> serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseGrpcListener("127.0.0.1:0");
        var application = builder.Build();
        var service = new ScriptedService(application);
        application.MapGrpcDuplex(ExternalProcessorMethods.Process, new InboundCodec(), new ProtobufCodec<ProcessingResponse>(), async stream =>
        {
            Interlocked.Increment(ref service._streams);
            try
            {
                await serve(stream, service);
            }
            catch (EndException)
            {
                // Returning ends the stream with OK.
            }
            finally
            {
                Interlocked.Decrement(ref service._streams);
            }
        });
        await application.StartAsync();
        return service;
    }

    /// <summary>Remembers a message.</summary>
    public Seen Note(in InboundMessage message)
    {
        var map = message.Message?.RequestHeaders?.Headers ?? message.Message?.ResponseHeaders?.Headers;
        var headers = map?.Headers.GroupBy(header => header.Key).ToDictionary(group => group.Key, group => string.Join(",", group.Select(header => header.RawValue.ToStringUtf8()))) ?? [];
        var body = message.Body.ToArray();
        var seen = new Seen(message.Kind, headers, Encoding.UTF8.GetString(body), message.EndOfStream, message.Message ?? message.Context) { Bytes = body };
        _seen.Enqueue(seen);
        return seen;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>The answer of a kind that fits, with what it changes.</summary>
    public static ProcessingResponse Answer(Seen seen, CommonResponse? common = null) => seen.Kind switch
    {
        InboundKind.RequestHeaders => new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = common } },
        InboundKind.ResponseHeaders => new ProcessingResponse { ResponseHeaders = new HeadersResponse { Response = common } },
        InboundKind.RequestBody => new ProcessingResponse { RequestBody = new BodyResponse { Response = common } },
        InboundKind.ResponseBody => new ProcessingResponse { ResponseBody = new BodyResponse { Response = common } },
        _ => throw new ArgumentOutOfRangeException(nameof(seen), seen.Kind, null),
    };

    /// <summary>Headers to set.</summary>
    public static HeaderMutation Set(params (string Name, string Value)[] headers)
    {
        var mutation = new HeaderMutation();
        foreach (var (name, value) in headers) mutation.SetHeaders.Add(new HeaderValueOption { Header = new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) } });
        return mutation;
    }

    /// <summary>A body in place of the one that was sent, with the length that goes with it.</summary>
    public static CommonResponse Replace(string body, bool length = true)
    {
        var common = new CommonResponse { BodyMutation = new BodyMutation { Body = ByteString.CopyFromUtf8(body) } };
        if (length) common.HeaderMutation = Set(("content-length", Encoding.UTF8.GetByteCount(body).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return common;
    }

    /// <summary>An answer in place of the exchange.</summary>
    public static ProcessingResponse Immediate(int status, string body, string details = "denied by test") => new()
    {
        ImmediateResponse = new ImmediateResponse { Status = new Envoy.Type.V3.HttpStatus { Code = (Envoy.Type.V3.StatusCode)status }, Body = ByteString.CopyFromUtf8(body), Details = details, Headers = Set(("x-by", "service")) },
    };
}

/// <summary>Ends a scripted stream with OK.</summary>
internal sealed class EndException : Exception;

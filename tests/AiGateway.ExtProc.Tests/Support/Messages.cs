using System.Buffers;
using System.Text;
using AiGateway.ExtProc.Protocol;
using Envoy.Config.Core.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>Messages as Envoy writes them: lower-case names, values in <c>raw_value</c>, an empty metadata context.</summary>
internal static class Messages
{
    public const string IdHeader = "x-ai-eg-internal-req-id";
    public const string Namespace = "io.envoy.ai_gateway";

    public const string Answer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}""";

    private const string HostBackend = "xds.upstream_host_metadata.filter_metadata['aigateway.envoy.io']['per_route_rule_backend_name']";

    /// <summary>A client's head.</summary>
    public static ProcessingRequest Request(string path = "/v1/chat/completions", string method = "POST", bool endOfStream = false, params (string Name, string Value)[] more) => new()
    {
        RequestHeaders = new HttpHeaders { Headers = Map([(":method", method), (":path", path), (":authority", "gateway"), (":scheme", "http"), ("content-type", "application/json"), ("x-request-id", "r-1"), .. more]), EndOfStream = endOfStream },
        MetadataContext = new Metadata(),
    };

    /// <summary>What an upstream filter sends for an attempt.</summary>
    public static ProcessingRequest Attempt(string? id, string? backend, params (string Name, string Value)[] more)
    {
        var request = Request(more: id is null ? more : [(IdHeader, id), .. more]);
        var attributes = new Struct { Fields = { ["xds.cluster_name"] = Value.ForString("c") } };
        if (backend is not null) attributes.Fields[HostBackend] = Value.ForString(backend);
        return request.With(attributes);
    }

    public static ProcessingRequest Response(int status = 200, bool endOfStream = false, params (string Name, string Value)[] more) => new()
    {
        ResponseHeaders = new HttpHeaders { Headers = Map([(":status", status.ToString(System.Globalization.CultureInfo.InvariantCulture)), .. more]), EndOfStream = endOfStream },
        MetadataContext = new Metadata(),
    };

    public static ProcessingRequest JsonResponse(int status = 200) => Response(status, more: ("content-type", "application/json"));

    public static ProcessingRequest EventsResponse() => Response(more: ("content-type", "text/event-stream"));

    public static InboundMessage RequestBody(string text, bool endOfStream = true) => InboundMessage.OfBody(InboundKind.RequestBody, Bytes(text), endOfStream);

    public static InboundMessage ResponseBody(string text, bool endOfStream = true) => InboundMessage.OfBody(InboundKind.ResponseBody, Bytes(text), endOfStream);

    public static ProcessingRequest RequestTrailers() => new() { RequestTrailers = new HttpTrailers { Trailers = Map(("x-trailer", "1")) } };

    public static ProcessingRequest ResponseTrailers() => new() { ResponseTrailers = new HttpTrailers { Trailers = Map(("x-trailer", "1")) } };

    public static string Chat(string model = "m", bool stream = false) => stream
        ? $$"""{"model":"{{model}}","stream":true,"messages":[{"role":"user","content":"hello"}]}"""
        : $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}]}""";

    public static ProcessingRequest With(this ProcessingRequest request, Struct attributes)
    {
        request.Attributes["envoy.filters.http.ext_proc"] = attributes;
        return request;
    }

    public static Struct BackendAttribute(string backend) => new() { Fields = { [HostBackend] = Value.ForString(backend) } };

    /// <summary>A header that an answer sets; null when it does not.</summary>
    public static string? Sets(this CommonResponse? response, string name) => response?.HeaderMutation?.SetHeaders.SingleOrDefault(header => header.Header.Key == name)?.Header.RawValue.ToStringUtf8();

    /// <summary>Our metadata in an answer.</summary>
    public static IDictionary<string, Value> Metadata(this ProcessingResponse response) => response.DynamicMetadata.Fields[Namespace].StructValue.Fields;

    public static HeaderMap Map(params (string Name, string Value)[] fields)
    {
        var map = new HeaderMap();
        foreach (var (name, value) in fields) map.Headers.Add(new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) });
        return map;
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}

using System.Buffers;
using System.IO.Compression;
using System.Text;
using AiGateway.ExtProc.Protocol;
using Envoy.Service.ExtProc.V3;
using FsCheck;
using FsCheck.Fluent;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;

namespace AiGateway.ExtProc.Tests.Support;

/// <summary>Generates sequences that begin like Envoy's and go wrong anywhere.</summary>
internal static class FuzzSteps
{
    /// <summary>Stands for the id that the router stream of the case was given.</summary>
    public const string LiveId = "the-live-id";

    private const string Event = "data: {\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n";

    private static readonly Gen<bool> s_bool = Gen.Elements(true, false);

    private static readonly Gen<string> s_path = Gen.Frequency(
        (8, Gen.Constant("/v1/chat/completions")),
        (3, Gen.Elements("/v1/models", "/v1/models/m", "/nothing", "/v1/embeddings", "/anthropic/v1/messages", "/v1/audio/transcriptions", "/v1/chat/completions?a=%zz", "", "%", "/v1/responses")));

    private static readonly Gen<string> s_method = Gen.Frequency((8, Gen.Constant("POST")), (1, Gen.Elements("GET", "", "POST ")));

    private static readonly (string, string)[] s_fields =
    [
        ("content-type", "multipart/form-data; boundary=x"), ("content-type", ""), ("content-encoding", "gzip"), ("content-encoding", "br"), ("content-encoding", "nonsense"), ("x-request-id", ""),
        ("x-request-id", "naïve \u0001"), ("authorization", "Bearer x"), ("", ""), ("content-length", "-1"), (":path", "/v1/chat/completions"), ("x-gateway-destination-endpoint", "1.2.3.4:80"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("accept-encoding", "gzip, *;q=0"), (":authority", ""), (Messages.IdHeader, "spoofed"),
    ];

    private static readonly Gen<(string, string)[]> s_more =
        from count in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(1, 4)))
        from fields in Gen.ArrayOf(Gen.Elements(s_fields), count)
        select fields;

    private static readonly Gen<byte[]> s_body = Gen.OneOf(
        Gen.Elements("m", "f", "claude", "none", "", "a\\u0000b", "\\ud800").Select(model => Encoding.UTF8.GetBytes(Messages.Chat(model, stream: model.Length % 2 == 1))),
        Gen.Elements("", "{", "[]", "null", "{\"model\":1}", "{\"model\":\"m\",\"model\":\"f\"}", Messages.Answer, Event, Event[..40], Event[40..], "data: [DONE]\n\n", "over\"loaded").Select(Encoding.UTF8.GetBytes),
        Gen.Elements(Messages.Chat(), Messages.Answer, Event).Select(Compress),
        from size in Gen.Choose(0, 5000) from seed in Gen.Choose(0, int.MaxValue) select Random(size, seed));

    private static readonly Gen<InboundMessage> s_request =
        from path in s_path
        from method in s_method
        from more in s_more
        from end in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        from mode in Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(2)))
        select InboundMessage.Of(Configured(Messages.Request(path, method, end, more), mode));

    private static readonly Gen<InboundMessage> s_attempt =
        from id in Gen.Frequency((6, Gen.Constant<string?>(LiveId)), (1, Gen.Elements("r-1-none", "", null)))
        from backend in Gen.Frequency((6, Gen.Elements<string?>(TestSnapshot.First, TestSnapshot.Second)), (1, Gen.Elements(TestSnapshot.Claude, "none", "", null)))
        from more in s_more
        select InboundMessage.Of(Messages.Attempt(id, backend, more));

    private static readonly Gen<InboundMessage> s_response =
        from status in Gen.Elements(200, 200, 200, 204, 404, 413, 429, 500, 503, 0, -1, 100)
        from type in Gen.Elements("application/json", "text/event-stream", "text/plain", "audio/mpeg", "")
        from coding in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Elements("gzip", "br", "nonsense")))
        from more in s_more
        from end in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        select InboundMessage.Of(Messages.Response(status, end, [("content-type", type), ("content-encoding", coding), .. more]));

    private static readonly Gen<InboundMessage> s_trailers = Gen.Elements(Messages.RequestTrailers(), Messages.ResponseTrailers(), new ProcessingRequest()).Select(InboundMessage.Of);

    private static readonly Gen<FuzzStep> s_any = Gen.Frequency(
        (3, Send(0, Body(InboundKind.RequestBody))),
        (3, Send(0, s_response)),
        (6, Send(0, Body(InboundKind.ResponseBody))),
        (1, Send(0, s_request)),
        (1, Send(0, s_trailers)),
        (5, from stream in Gen.Choose(1, 2) from message in s_attempt select new FuzzStep(stream, FuzzStepKind.Send, message)),
        (1, from stream in Gen.Choose(1, 2) from message in Gen.OneOf(s_response, s_request, s_trailers, Body(InboundKind.RequestBody)) select new FuzzStep(stream, FuzzStepKind.Send, message)),
        (1, from stream in Gen.Choose(0, 2) from kind in Gen.Elements(FuzzStepKind.HalfClose, FuzzStepKind.Reset) select new FuzzStep(stream, kind)));

    /// <summary>One router stream with up to two upstream streams.</summary>
    public static readonly Gen<FuzzStep[]> Any =
        from begins in Gen.Choose(0, 5)
        from head in s_request
        from body in s_body
        from rest in Gen.ArrayOf(s_any)
        select (FuzzStep[])[.. Beginning(begins, head, body), .. rest];

    private static Gen<FuzzStep> Send(int stream, Gen<InboundMessage> message) => message.Select(sent => new FuzzStep(stream, FuzzStepKind.Send, sent));

    private static Gen<InboundMessage> Body(InboundKind kind) => from body in s_body from end in s_bool select InboundMessage.OfBody(kind, new ReadOnlySequence<byte>(body), end);

    private static IEnumerable<FuzzStep> Beginning(int begins, InboundMessage head, byte[] body)
    {
        if (begins >= 1) yield return new FuzzStep(0, FuzzStepKind.Send, begins >= 3 ? InboundMessage.Of(Messages.Request()) : head);
        if (begins >= 2) yield return new FuzzStep(0, FuzzStepKind.Send, begins >= 3 ? Messages.RequestBody(Messages.Chat("f", stream: begins == 5)) : InboundMessage.OfBody(InboundKind.RequestBody, new ReadOnlySequence<byte>(body), true));
        if (begins >= 4) yield return new FuzzStep(1, FuzzStepKind.Send, InboundMessage.Of(Messages.Attempt(LiveId, TestSnapshot.First)));
    }

    private static ProcessingRequest Configured(ProcessingRequest request, int mode)
    {
        if (mode == 1) request.ProtocolConfig = new ProtocolConfiguration { RequestBodyMode = BodySendMode.Buffered, ResponseBodyMode = BodySendMode.FullDuplexStreamed };
        request.ObservabilityMode = mode == 2;
        return request;
    }

    private static byte[] Compress(string text)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return output.ToArray();
    }

    private static byte[] Random(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>OTLP as unary gRPC call; over <c>http</c> with HTTP/2 from the first byte (h2c).</summary>
internal sealed class OtlpGrpcSender(OtlpTarget target) : IOtlpSender
{
    private const int Ok = 0, Cancelled = 1, DeadlineExceeded = 4, ResourceExhausted = 8, Aborted = 10, OutOfRange = 11, Unavailable = 14, DataLoss = 15;
    private const int FrameHeader = 5;

    private static readonly MediaTypeHeaderValue s_grpc = new("application/grpc");
    private static readonly string[] s_codes =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    private readonly HttpMessageInvoker _invoker = OtlpTransport.CreateInvoker(target);
    private readonly Uri _method = new(target.Endpoint, target.Signal switch
    {
        OtlpSignal.Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        OtlpSignal.Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        _ => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    });

    public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Frame(request.Span));
        content.Headers.ContentType = s_grpc;
        using var message = OtlpTransport.CreateRequest(target, _method, content);
        message.Version = HttpVersion.Version20;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        message.Headers.TryAddWithoutValidation("te", "trailers");
        if (target.Gzip) message.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        using var response = await _invoker.SendAsync(message, cancellationToken);
        var answer = await OtlpTransport.ReadAnswerAsync(response, cancellationToken);
        // A refusal without a message has its status in the headers ("trailers only").
        var trailers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        if (!int.TryParse(First(trailers, "grpc-status"), NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return NotGrpc(response);
        return code == Ok ? OtlpAnswers.Accepted(answer.AsSpan(Math.Min(FrameHeader, answer.Length)), "OK") : Refused(code, trailers);
    }

    public void Dispose() => _invoker.Dispose();

    private static SendResult Refused(int code, HttpResponseHeaders trailers)
    {
        var status = code < s_codes.Length ? s_codes[code] : "UNKNOWN";
        var retryAfter = OtlpAnswers.Status(Details(trailers)).RetryAfter;
        var message = OtlpAnswers.Short(Uri.UnescapeDataString(First(trailers, "grpc-message") ?? ""));
        // The same code means "slow down" and "this message is too long"; only the text of the usual servers tells them apart. OTLP lets a client give up when
        // RetryInfo is missing. Keeping the spans and asking again loses less.
        if (code == ResourceExhausted && retryAfter is null && message.Contains("larger than max", StringComparison.Ordinal))
            return new(SendOutcome.TooLarge, status, Message: message);
        var outcome = code is Cancelled or DeadlineExceeded or ResourceExhausted or Aborted or OutOfRange or Unavailable or DataLoss
            ? SendOutcome.Retry
            : SendOutcome.Rejected;
        return new(outcome, status, retryAfter, Message: message);
    }

    /// <summary>A proxy in between answered in plain HTTP.</summary>
    private static SendResult NotGrpc(HttpResponseMessage response)
    {
        var code = (int)response.StatusCode;
        var outcome = code is 429 or 502 or 503 or 504 ? SendOutcome.Retry : SendOutcome.Rejected;
        return new(outcome, code.ToString(CultureInfo.InvariantCulture), response.Headers.RetryAfter?.Delta, Message: "The answer is not gRPC.");
    }

    private byte[] Frame(ReadOnlySpan<byte> request)
    {
        var body = target.Gzip ? OtlpTransport.Gzip(request) : request;
        var frame = new byte[FrameHeader + body.Length];
        frame[0] = target.Gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame.AsSpan(FrameHeader));
        return frame;
    }

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;

    private static byte[] Details(HttpResponseHeaders trailers)
    {
        if (First(trailers, "grpc-status-details-bin") is not { } text) return [];
        // gRPC leaves the padding of base64 out.
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var count) ? bytes[..count] : [];
    }
}

using System.Buffers;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc.Protocol;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// Step (9) behind Envoy: reads the answer as it passes and changes it only where the caller must see something else. Streams are switched to chunks;
/// everything else comes whole.
/// </summary>
internal sealed class ResponsePhases(Exchange exchange, ResponseCapture capture, TimeProvider time) : IDisposable
{
    private readonly ResponseScanner _scanner = exchange.Scanner ??= ResponseScannerPool.Rent();
    private readonly ArrayBufferWriter<byte> _filtered = new(4096);
    private UsageChunkFilter? _filter;
    private CompressedAnswer? _compressed;
    private string? _contentType;
    private bool _json;
    private Rejection? _replacement; // Envoy's own answer, in the caller's dialect
    private bool _passes; // nothing of this answer is ours to read

    /// <summary>All of the answer went to the client.</summary>
    public bool IsDelivered { get; private set; }

    /// <summary>The body has to be seen whole before the head can be answered: an error that may become another one.</summary>
    public bool NeedsWhole => !_passes && (_replacement is not null || exchange.Status is < 200 or >= 300);

    /// <summary>Answers the response head.</summary>
    /// <param name="message">Response headers.</param>
    /// <param name="localReply">The service itself answered in place of the backend.</param>
    public ProcessingResponse Begin(in InboundMessage message, Rejection? localReply)
    {
        var head = new EnvoyRequestHead(message.Message!.ResponseHeaders.Headers);
        exchange.Status = int.TryParse(head.Header(":status"), out var status) ? status : 0;
        exchange.FirstByteTimestamp = 0;
        exchange.Reads = 0;
        _contentType = capture.ContentType = head.Header("content-type");
        _compressed = head.Header("content-encoding") is { } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase) ? new CompressedAnswer(coding, exchange.Head.Header("accept-encoding")) : null;
        _json = _contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;
        var success = exchange.Status is >= 200 and < 300;
        exchange.Streamed = success && _contentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true;
        _scanner.Restart(exchange.Endpoint, exchange.Streamed, exchange.UpstreamModel);
        if (localReply is not null)
        {
            _passes = true;
            exchange.Error = localReply.Error;
            exchange.Outcome = Outcomes.Of(localReply.Error);
            IsDelivered = message.EndOfStream;
            return Answers.Nothing(message.Kind);
        }

        var details = LocalReply.Details(message.Message);
        if (LocalReply.Find(exchange, details) is { } replacement) return Replace(replacement, message.EndOfStream);
        exchange.Outcome = success ? ExchangeOutcome.Succeeded : ExchangeOutcome.BackendFailed;
        var answer = new ProcessingResponse { ResponseHeaders = new HeadersResponse { Response = new CommonResponse { HeaderMutation = Head(head) } } };
        if (message.EndOfStream)
        {
            IsDelivered = true;
            _scanner.Finish();
        }
        else if (exchange.Streamed || (success && !_json))
        {
            // Events, and bytes such as audio that nobody has to see whole. The length is the backend's and holds only for untouched bytes.
            answer.ModeOverride = new ProcessingMode { ResponseBodyMode = ProcessingMode.Types.BodySendMode.Streamed, ResponseHeaderMode = ProcessingMode.Types.HeaderSendMode.Send };
            if (exchange.Streamed) answer.ResponseHeaders.Response.HeaderMutation.RemoveHeaders.Add("content-length");
            if (exchange is { Streamed: true, UsageForced: true } && _compressed is null) _filter = new UsageChunkFilter(_scanner);
        }

        return answer;
    }

    /// <summary>Answers a piece of the response body, or all of it.</summary>
    public ProcessingResponse Continue(in InboundMessage message)
    {
        IsDelivered = message.EndOfStream;
        var answer = new ProcessingResponse { ResponseBody = new BodyResponse { Response = new CommonResponse() } };
        if (_replacement is not null) ReplaceBody(answer.ResponseBody.Response);
        else if (_passes) Count(message.Body, scans: false);
        else if (exchange.Streamed) Events(message, answer.ResponseBody.Response);
        else if (exchange.Status is >= 200 and < 300) Whole(message, answer.ResponseBody.Response);
        else Failed(message, answer.ResponseBody.Response);
        if (message.EndOfStream) End();
        return answer;
    }

    /// <summary>The last answer has been sent.</summary>
    public void Release() => _filtered.ResetWrittenCount();

    /// <summary>The stream ended before the answer did: what was seen so far counts.</summary>
    public void Interrupted()
    {
        if (IsDelivered || _passes) return;
        End();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _filter?.Abandon();
        _compressed?.Dispose();
        _compressed = null;
    }

    private ProcessingResponse Replace(Rejection rejection, bool endOfStream)
    {
        Adopt(rejection);
        var common = new CommonResponse { HeaderMutation = ReplacedHead() };
        if (endOfStream)
        {
            // There is no body to replace, so one comes with the head.
            common.Status = CommonResponse.Types.ResponseStatus.ContinueAndReplace;
            ReplaceBody(common);
            IsDelivered = true;
        }

        return new ProcessingResponse { ResponseHeaders = new HeadersResponse { Response = common } };
    }

    private void Adopt(Rejection rejection)
    {
        _replacement = rejection;
        exchange.Error = rejection.Error;
        exchange.Outcome = Outcomes.Of(rejection.Error);
        exchange.Status = rejection.Error.Status;
        exchange.Streamed = false;
        capture.ContentType = "application/json";
    }

    private HeaderMutation ReplacedHead()
    {
        var head = new HeaderMutation();
        head.Set(":status", _replacement!.Error.Status);
        head.Set("content-type", "application/json");
        head.Set("x-request-id", exchange.RequestId);
        return head;
    }

    private void ReplaceBody(CommonResponse common)
    {
        var body = new ArrayBufferWriter<byte>(512);
        ErrorBody.Write(body, exchange.Endpoint.Dialect, _replacement!.Error, _replacement.Message, _replacement.Param, exchange.RequestId);
        Put(common, body.WrittenMemory);
    }

    private HeaderMutation Head(EnvoyRequestHead head)
    {
        var mutation = new HeaderMutation();
        foreach (var name in head.Keys)
        {
            // Framing is Envoy's; the provider's cookies, server name and policies for its own host are nobody's business here.
            if (!name.StartsWith(':') && name is not ("content-length" or "transfer-encoding" or "connection" or "date" or "x-request-id") && !HeaderPolicy.GoesDown(name)) mutation.RemoveHeaders.Add(name);
        }

        mutation.Set("x-request-id", exchange.RequestId);
        return mutation;
    }

    private void Events(in InboundMessage message, CommonResponse common)
    {
        if (_compressed is not null)
        {
            Keep(message);
            return;
        }

        var changed = false;
        foreach (var segment in message.Body)
        {
            Look(segment.Span, scans: true);
            if (_filter is null) continue;
            if (!changed && message.Body.IsSingleSegment && _filter.PassesWhole(segment.Span)) continue;
            changed = true;
            _filter.Process(segment.Span, _filtered);
        }

        if (_filter is not null && message.EndOfStream)
        {
            var held = _filter.Finish(_filtered);
            changed |= held > 0;
        }

        if (!changed)
        {
            exchange.BytesSent += message.Body.Length;
            return;
        }

        exchange.BytesSent += _filtered.WrittenCount;
        common.BodyMutation = _filtered.WrittenCount == 0
            ? new BodyMutation { ClearBody = true }
            : new BodyMutation { Body = UnsafeByteOperations.UnsafeWrap(_filtered.WrittenMemory) };
    }

    private void Whole(in InboundMessage message, CommonResponse common)
    {
        if (!_json || _compressed is null)
        {
            Count(message.Body, scans: _json);
            return;
        }

        if (!message.EndOfStream || !_compressed.MustBeUnpacked)
        {
            Keep(message);
            return;
        }

        if (!_compressed.TryDecode(Contiguous(message.Body), out var plain))
        {
            Adopt(new Rejection(GatewayError.UpstreamInvalid, "the backend's answer is not in the coding it claims"));
            common.HeaderMutation = ReplacedHead();
            common.HeaderMutation.RemoveHeaders.Add("content-encoding");
            ReplaceBody(common);
            return;
        }

        if (plain.Length >= CompressedAnswer.LookLimit)
        {
            Keep(message); // blown up on purpose, or so large that the client is better served with what there is
            return;
        }

        _scanner.Feed(plain.Span);
        exchange.FirstByteTimestamp = time.GetTimestamp();
        exchange.Reads++;
        Put(common, plain);
        common.HeaderMutation.RemoveHeaders.Add("content-encoding");
    }

    private void Failed(in InboundMessage message, CommonResponse common)
    {
        var body = Contiguous(message.Body);
        exchange.BytesSent += body.Length;
        var plain = body;
        var unpacked = _compressed?.TryDecode(body, out plain) == true;
        if (!unpacked) plain = body;
        if (!ErrorWrapping.Wraps(exchange.Endpoint, exchange.Status, _contentType, body.Length) || !message.EndOfStream)
        {
            capture.Add(plain.Span);
            if (!message.EndOfStream || !unpacked || !_compressed!.MustBeUnpacked || plain.Length >= CompressedAnswer.LookLimit) return;
            exchange.BytesSent -= body.Length;
            Put(common, plain);
            common.HeaderMutation.RemoveHeaders.Add("content-encoding");
            return;
        }

        if (plain.Length > ErrorWrapping.LongestText) plain = plain[..ErrorWrapping.LongestText];

        var wrapped = new ArrayBufferWriter<byte>(plain.Length + 128);
        ErrorBody.Wrap(wrapped, exchange.Endpoint.Dialect, exchange.Status, plain.Span, exchange.RequestId);
        exchange.BytesSent -= body.Length;
        Put(common, wrapped.WrittenMemory);
        common.HeaderMutation.Set("content-type", "application/json");
        if (_compressed is not null) common.HeaderMutation.RemoveHeaders.Add("content-encoding");
        capture.ContentType = "application/json";
    }

    private void Put(CommonResponse common, ReadOnlyMemory<byte> body)
    {
        common.BodyMutation = new BodyMutation { Body = UnsafeByteOperations.UnsafeWrap(body) };
        (common.HeaderMutation ??= new HeaderMutation()).Set("content-length", body.Length);
        exchange.BytesSent += body.Length;
        capture.Clear();
        capture.Add(body.Span);
    }

    /// <summary>Compressed bytes pass as they are; they are read when all of them are there.</summary>
    private void Keep(in InboundMessage message)
    {
        if (exchange.FirstByteTimestamp == 0 && !message.Body.IsEmpty) exchange.FirstByteTimestamp = time.GetTimestamp();
        if (!message.Body.IsEmpty) exchange.Reads++;
        exchange.BytesSent += message.Body.Length;
        _compressed!.Keep(message.Body);
    }

    private void Count(in ReadOnlySequence<byte> body, bool scans)
    {
        foreach (var segment in body) Look(segment.Span, scans);
        exchange.BytesSent += body.Length;
    }

    private void Look(ReadOnlySpan<byte> bytes, bool scans)
    {
        if (bytes.IsEmpty) return;
        if (exchange.FirstByteTimestamp == 0) exchange.FirstByteTimestamp = time.GetTimestamp();
        exchange.Reads++;
        if (scans) _scanner.Feed(bytes);
        capture.Add(bytes);
    }

    private void End()
    {
        if (_compressed?.TryReadKept(out var plain) == true)
        {
            _scanner.Feed(plain.Span);
            capture.Add(plain.Span);
        }

        if (_replacement is not null || _passes) return;
        _scanner.Finish();
        if (exchange.Streamed && _scanner.ErrorSeen) exchange.Outcome = ExchangeOutcome.BackendFailed;
    }

    private static ReadOnlyMemory<byte> Contiguous(in ReadOnlySequence<byte> body) => body.IsSingleSegment ? body.First : body.ToArray();
}

using System.Buffers;
using AiGateway.Contracts;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// The router-level stream: one client request from its head to its usage record. Its upstream streams, one per attempt, come in on other threads and
/// work under its lock; it is the only owner of the request body.
/// </summary>
internal sealed class RouterStream(Engine engine) : IPhases
{
    public const string InternalIdHeader = "x-ai-eg-internal-req-id";

    private readonly Lock _lock = new();
    private readonly ResponseCapture _capture = new(engine.CaptureLimit);
    private readonly UpstreamRequest _upstream = new();
    private EnvoyRequestHead? _head;
    private Exchange? _exchange;
    private PooledBytes? _body;
    private ResponsePhases? _response;
    private Rejection? _localReply; // the answer that an upstream stream gave in place of its backend
    private string _internalId = "";
    private bool _bodyDecoded;
    private DrainState.Lease? _running;
    private bool _decided;
    private bool _completed;

    public bool IsOver { get; private set; }

    /// <inheritdoc />
    public ProcessingResponse Answer(in InboundMessage message)
    {
        lock (_lock)
        {
            return message.Kind switch
            {
                InboundKind.RequestHeaders when _head is null => Begin(message),
                InboundKind.RequestBody when _exchange is not null && !_decided && _response is null => ReceiveBody(message),
                InboundKind.ResponseHeaders when _exchange is not null && _response is null => BeginResponse(message),
                InboundKind.ResponseBody when _response is not null && !_completed => ContinueResponse(message),
                InboundKind.RequestTrailers or InboundKind.ResponseTrailers => Answers.Nothing(message.Kind),
                _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"unexpected {message.Kind} at this point of the stream"),
            };
        }
    }

    public void Sent()
    {
        lock (_lock) _response?.Release();
    }

    /// <inheritdoc />
    public void Closed(StreamEnd end)
    {
        lock (_lock)
        {
            if (_internalId.Length > 0) engine.Registry.Remove(_internalId);
            if (_exchange is not null && !_completed)
            {
                _response?.Interrupted();
                if (_exchange.Error is null && !(_response is { IsDelivered: true })) Interrupt(end);
                Complete();
            }

            Dispose();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _response?.Dispose();
        _capture.Dispose();
        _running?.Dispose();
        _running = null;
    }

    /// <summary>Prepares an attempt of this exchange. Called by its upstream stream.</summary>
    /// <param name="attempt">Fills an answer from the exchange; must not keep references to the request body.</param>
    /// <returns>Null when the exchange is over, or was never let through.</returns>
    public ProcessingResponse? Attempt(UpstreamAttempt attempt)
    {
        lock (_lock)
        {
            if (_completed || _exchange is null || !_decided) return null;
            var answer = attempt.Prepare(_exchange, _upstream, _head!, _bodyDecoded);
            _localReply = attempt.Refused;
            return answer;
        }
    }

    private ProcessingResponse Begin(in InboundMessage message)
    {
        var head = _head = new EnvoyRequestHead(message.Message!.RequestHeaders.Headers);
        var snapshot = engine.Snapshot;
        if (engine.Endpoints.Find(head.Path) is not { } endpoint)
        {
            return engine.Endpoints.TryFindModel(head.Path, out var list, out var id)
                ? Catalogue(list!, id)
                : Over(Answers.Refuse(engine.Endpoints.Guess(head.Path), new Rejection(GatewayError.UnknownPath, $"unsupported path: {head.Path}"), RequestId()));
        }

        if (endpoint.Catalogue) return Catalogue(endpoint, null);
        if (Engine.Listener(snapshot, head.Host) is not { } listener)
        {
            return Over(Answers.Refuse(endpoint.Dialect, new Rejection(GatewayError.UnknownPath, "no listener serves this host"), RequestId()));
        }

        var exchange = _exchange = new Exchange(snapshot, listener, endpoint, head, engine.Time);
        exchange.RequestId = RequestIds.For(head.Header("x-request-id"), exchange.Id);
        engine.Metrics.Started();
        _running = engine.Drain.Enter();
        if (engine.Drain.IsDraining) return Reject(new Rejection(GatewayError.Draining, "the gateway is shutting down; send the request again"));
        if (head.Method != "POST") return Reject(new Rejection(GatewayError.MethodNotAllowed, $"{endpoint.Suffix} takes POST, not {head.Method}"));
        if (message.EndOfStream) return Decide() ?? throw new InvalidOperationException("An empty body was accepted.");
        _internalId = $"{head.Header("x-request-id")}-{exchange.Id}";
        engine.Registry.Add(_internalId, this);
        var headers = new HeaderMutation();
        headers.Set(InternalIdHeader, _internalId);
        return new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = new CommonResponse { HeaderMutation = headers } } };
    }

    private ProcessingResponse Catalogue(EndpointDescriptor endpoint, string? id)
    {
        var dialect = CataloguePhase.DialectOf(endpoint, _head!);
        var requestId = RequestId();
        if (!CataloguePhase.Takes(_head!.Method))
        {
            return Over(Answers.Refuse(dialect, new Rejection(GatewayError.MethodNotAllowed, $"{endpoint.Suffix} takes GET, not {_head.Method}"), requestId, "GET"));
        }

        var host = DataPlane.Routing.HostPattern.WithoutPort(_head.Host).ToString();
        var models = Engine.Listener(engine.Snapshot, host)?.Models.For(host) ?? [];
        var body = new ArrayBufferWriter<byte>(1024);
        return Over(CataloguePhase.Write(body, dialect, models, id, _head.QueryValue) is { } rejected
            ? Answers.Refuse(dialect, rejected, requestId)
            : Answers.Immediate(200, 0, body.WrittenMemory, requestId));
    }

    private ProcessingResponse ReceiveBody(in InboundMessage message)
    {
        _body ??= new PooledBytes((int)Math.Min(message.Body.Length, Array.MaxLength));
        foreach (var segment in message.Body) _body.Write(segment.Span);
        if (!message.EndOfStream)
        {
            // A filter configured otherwise would let bytes go to the backend that nobody has looked at.
            throw new GrpcException(GrpcStatusCode.FailedPrecondition, "the router filter's request_body_mode must be BUFFERED");
        }

        var exchange = _exchange!;
        exchange.BytesReceived = _body.Length;
        if (Decode() is { } undecodable) return Reject(undecodable);
        exchange.Body = _body.Written;
        if (Decide() is { } refused) return refused;
        var headers = new HeaderMutation();
        headers.Set("x-ai-eg-model", exchange.RequestedModel);
        headers.Set("x-ai-eg-original-path", exchange.Head.RawTarget);
        headers.Set("x-envoy-original-path", exchange.Head.RawTarget);
        return new ProcessingResponse { RequestBody = new BodyResponse { Response = new CommonResponse { HeaderMutation = headers, ClearRouteCache = true } } };
    }

    /// <summary>A compressed request is unpacked, because the model is inside and the provider gets plain bytes.</summary>
    private Rejection? Decode()
    {
        if (_exchange!.Head.Header("content-encoding") is not { Length: > 0 } coding || coding.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase)) return null;
        var limit = (int)Math.Min(_exchange.Listener.Spec.MaxRequestBodyBytes ?? 50 * 1024 * 1024, Array.MaxLength - 1);
        if (!ContentCoding.TryDecode(coding, _body!.Written, limit + 1, out var plain))
        {
            return ContentCoding.IsKnown(coding)
                ? new Rejection(GatewayError.InvalidRequest, $"malformed request: the body is not valid {coding}")
                : new Rejection(GatewayError.UnsupportedEncoding, $"content-encoding \"{coding}\" is not supported; use gzip, br or deflate, or none");
        }

        if (plain.Length > limit) return new Rejection(GatewayError.RequestTooLarge, $"the unpacked request body is larger than the {limit} bytes this listener takes");
        _body.Clear();
        _body.Write(plain.Span);
        _bodyDecoded = true;
        return null;
    }

    /// <returns>Null when Envoy may choose a route, otherwise the answer.</returns>
    private ProcessingResponse? Decide()
    {
        var exchange = _exchange!;
        var rejection = RouterPhase.Peek(exchange);
        if (rejection is null)
        {
            // Envoy matches the same routes; asking first gives the client an answer in its own dialect instead of a bare 404.
            exchange.Rule = exchange.Listener.Routes.Match(exchange.HostName, exchange.Head.Path, exchange.RequestedModel, exchange.Head);
            if (exchange.Rule is null) rejection = exchange.RequestedModel.Length == 0 ? RouterPhase.ModelRequired() : RouterPhase.NotFound(exchange);
            else if (exchange.Rule.CandidatesFor(exchange.Endpoint.Kind) is not { Count: > 0 } candidates) rejection = exchange.Rule.HasCandidates ? RouterPhase.Unsupported(exchange) : RouterPhase.NoBackend(exchange);
            else if (new AttemptPlan(candidates, retry: null).Next(Random.Shared) is null) rejection = RouterPhase.NoBackend(exchange); // only weights of 0, or backends that cannot be used
        }

        engine.Tracing.Start(exchange);
        _capture.Wanted = ExchangeTracing.Records(exchange);
        _decided = rejection is null;
        return rejection is null ? null : Reject(rejection);
    }

    private ProcessingResponse BeginResponse(in InboundMessage message)
    {
        _response = new ResponsePhases(_exchange!, _capture, engine.Time);
        var answer = _response.Begin(message, _localReply);
        if (message.EndOfStream) Finish(answer);
        return answer;
    }

    private ProcessingResponse ContinueResponse(in InboundMessage message)
    {
        var answer = _response!.Continue(message);
        if (message.EndOfStream) Finish(answer);
        return answer;
    }

    private void Finish(ProcessingResponse answer) => answer.DynamicMetadata = Answers.Metadata(CompletionMetadata.Of(_exchange!, Complete()));

    private ProcessingResponse Reject(Rejection rejection)
    {
        var exchange = _exchange!;
        exchange.Error = rejection.Error;
        exchange.Outcome = Outcomes.Of(rejection.Error);
        exchange.Status = rejection.Error.Status;
        var answer = Answers.Refuse(exchange.Endpoint.Dialect, rejection, exchange.RequestId, rejection.Error == GatewayError.MethodNotAllowed ? exchange.Endpoint.Method : null);
        exchange.BytesSent = answer.ImmediateResponse.Body.Length;
        _capture.ContentType = "application/json";
        _capture.Add(answer.ImmediateResponse.Body.Span);
        Finish(answer);
        return Over(answer);
    }

    private ProcessingResponse Over(ProcessingResponse answer)
    {
        IsOver = true;
        return answer;
    }

    private void Interrupt(StreamEnd end)
    {
        var exchange = _exchange!;
        exchange.Error = end == StreamEnd.Failed ? GatewayError.Internal : GatewayError.ClientClosed;
        exchange.Outcome = end == StreamEnd.Failed ? ExchangeOutcome.Failed : ExchangeOutcome.ClientCancelled;
    }

    private UsageRecord Complete()
    {
        _completed = true;
        var exchange = _exchange!;
        var record = engine.Completion.Complete(exchange);
        if (exchange.Backend is { } backend) engine.Metrics.Attempt(backend.Name, record.ErrorCode ?? (record.Status is >= 200 and < 400 ? "ok" : "status"));
        if (!engine.Tracing.Complete(exchange, record, _body, _capture)) _body?.Dispose();
        _body = null;
        if (exchange.Scanner is { } scanner) ResponseScannerPool.Return(scanner);
        exchange.Scanner = null;
        return record;
    }

    private string RequestId() => RequestIds.For(_head!.Header("x-request-id"), ExchangeId.Create(engine.Time));
}

using System.Buffers;
using System.Globalization;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Routing;
using AiGateway.DataPlane.Streaming;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf.WellKnownTypes;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// The router-level stream: one client request from its head to its usage record. Its upstream streams, one per attempt, come in on other threads and
/// work under its lock; it is the only owner of the request body.
/// </summary>
internal sealed class RouterStream(Engine engine, ServerCall call) : IPhases
{
    public const string InternalIdHeader = ExchangeJoin.Header;

    private readonly Lock _lock = new();
    private readonly ResponseCapture _capture = new(engine.CaptureLimit);
    private readonly UpstreamRequest _upstream = new();
    private readonly int? _port = int.TryParse(call.Header(DirectRoute.PortMetadata), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null; // of the listener, from a proxy that has direct routes
    private EnvoyRequestHead? _head;
    private EnvoyRequestHead? _filtered; // the head behind all filters of the listener
    private Exchange? _exchange;
    private PooledBytes? _body;
    private ResponsePhases? _response;
    private UpstreamAttempt? _direct; // the only attempt, prepared before a proxy with direct routes chose one
    private Rejection? _localReply; // the answer that an upstream stream gave in place of its backend
    private string _internalId = "";
    private bool _bodyDecoded;
    private DuplexResponse? _duplex;
    private bool _decided;
    private bool _identified; // an attempt told the log who asked for what
    private bool _completed;

    public bool IsOver { get; private set; }

    /// <inheritdoc />
    public bool OwesAnswer => _duplex?.IsHolding == true;

    /// <inheritdoc />
    public ProcessingResponse? Answer(in InboundMessage message)
    {
        lock (_lock)
        {
            return message.Kind switch
            {
                InboundKind.RequestHeaders when _head is null => Begin(message),
                InboundKind.RequestBody when _exchange is not null && !_decided && _response is null => ReceiveBody(message),
                InboundKind.ResponseHeaders when _exchange is not null && _response is null => BeginResponse(message),
                InboundKind.ResponseBody when _response is not null && !_completed => ContinueResponse(message),
                InboundKind.ResponseTrailers when _response is not null && !_completed => EndResponse(),
                InboundKind.RequestTrailers or InboundKind.ResponseTrailers => Answers.Nothing(message.Kind),
                _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"unexpected {message.Kind} at this point of the stream"),
            };
        }
    }

    /// <inheritdoc />
    public ProcessingResponse? Next()
    {
        lock (_lock) return _duplex?.Next();
    }

    /// <inheritdoc />
    public void Sent()
    {
        lock (_lock)
        {
            _response?.Release();
            _direct?.Dispose();
        }
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
        _direct?.Dispose();
        _duplex?.Dispose();
        _capture.Dispose();
    }

    /// <summary>Prepares an attempt of this exchange. Called by its upstream stream.</summary>
    /// <param name="attempt">Fills an answer from the exchange; must not keep references to the request body.</param>
    /// <returns>Null when the exchange is over, was never let through, or is being answered already.</returns>
    public ProcessingResponse? Attempt(UpstreamAttempt attempt)
    {
        lock (_lock)
        {
            if (_completed || _exchange is null || !_decided || _response is not null) return null;
            // The first attempt shows the request as the listener's filters left it, the operator's processors among them; later ones show what attempts made of it.
            _filtered ??= attempt.Current;
            var answer = attempt.Prepare(_exchange, _upstream, _filtered, _bodyDecoded);
            _localReply = attempt.Refused;
            _identified = attempt.Refused is null;
            return answer;
        }
    }

    private ProcessingResponse Begin(in InboundMessage message)
    {
        var head = _head = new EnvoyRequestHead(message.Message!.RequestHeaders.Headers);
        var snapshot = engine.Snapshot;
        if (!engine.IsConfigured) return Refuse(engine.Endpoints.Guess(head.Path), GatewayError.NotConfigured, "the gateway has no configuration yet; send the request again");
        if (engine.Endpoints.Find(head.Path) is not { } endpoint)
        {
            return engine.Endpoints.TryFindModel(head.Path, out var list, out var id)
                ? Catalogue(list!, id)
                : Refuse(engine.Endpoints.Guess(head.Path), GatewayError.UnknownPath, $"unsupported path: {head.Path}");
        }

        if (endpoint.Catalogue) return Catalogue(endpoint, null);
        if (Engine.Listener(snapshot, head.Host, _port) is not { } listener)
        {
            return Refuse(endpoint.Dialect, GatewayError.UnknownPath, "no listener serves this host");
        }

        var exchange = _exchange = new Exchange(snapshot, listener, endpoint, head, engine.Time);
        exchange.RequestId = RequestIds.For(head.Header("x-request-id"), exchange.Id);
        engine.Metrics.Started();
        call.DisposeAfter(engine.Drain.Enter()); // whoever drains waits until the last answer is out
        if (engine.Drain.IsDraining) return Reject(new Rejection(GatewayError.Draining, "the gateway is shutting down; send the request again"));
        if (head.Method != "POST") return Reject(new Rejection(GatewayError.MethodNotAllowed, $"{endpoint.Suffix} takes POST, not {head.Method}"));
        if (message.Message.ProtocolConfig is { } configured)
        {
            if (configured.RequestBodyMode == BodySendMode.FullDuplexStreamed) throw NotBuffered();
            if (configured.ResponseBodyMode == BodySendMode.FullDuplexStreamed) _duplex = new DuplexResponse();
        }

        if (message.EndOfStream) return Decide() ?? throw new InvalidOperationException("An empty body was accepted.");
        if (_port is not null) return Answers.Nothing(message.Kind); // whether anybody will ask about an attempt is not known yet
        var headers = new HeaderMutation();
        var answer = new ProcessingResponse { RequestHeaders = new HeadersResponse { Response = new CommonResponse { HeaderMutation = headers } } };
        AwaitAttempts(headers, answer);
        return answer;
    }

    /// <summary>From now on upstream streams find this exchange.</summary>
    private void AwaitAttempts(HeaderMutation headers, ProcessingResponse answer)
    {
        _internalId = $"{_head!.Header("x-request-id")}-{_exchange!.Id}";
        engine.Registry.Add(_internalId, this);
        headers.Set(InternalIdHeader, _internalId);
        answer.DynamicMetadata = Answers.Metadata(new Struct { Fields = { [Answers.InternalIdKey] = Value.ForString(_internalId) } });
    }

    private ProcessingResponse Catalogue(EndpointDescriptor endpoint, string? id)
    {
        var host = HostPattern.WithoutPort(_head!.Host).ToString();
        var models = Engine.Listener(engine.Snapshot, host, _port)?.Models.For(host) ?? [];
        return Over(Answers.Catalogue(endpoint, _head, models, id, RequestId()));
    }

    private ProcessingResponse ReceiveBody(in InboundMessage message)
    {
        _body ??= new PooledBytes((int)Math.Min(message.Body.Length, Array.MaxLength));
        _body.Write(message.Body);
        if (!message.EndOfStream) throw NotBuffered();
        var exchange = _exchange!;
        exchange.BytesReceived = _body.Length;
        if (RequestCoding.Decode(exchange, _body, out _bodyDecoded) is { } undecodable) return Reject(undecodable);
        exchange.Body = _body.Written;
        if (Decide() is { } refused) return refused;
        if (_port is not null && exchange.Rule is { DirectName: { } direct } rule) return PrepareOnly(rule, direct);
        var headers = new HeaderMutation();
        headers.Set("x-ai-eg-model", exchange.RequestedModel);
        headers.Set("x-ai-eg-original-path", exchange.Head.RawTarget);
        headers.Set("x-envoy-original-path", exchange.Head.RawTarget);
        var answer = new ProcessingResponse { RequestBody = new BodyResponse { Response = new CommonResponse { HeaderMutation = headers, ClearRouteCache = true } } };
        if (_port is not null) AwaitAttempts(headers, answer);
        return answer;
    }

    /// <summary>Prepares the request for the rule's only backend, and names the route that leads there.</summary>
    private ProcessingResponse PrepareOnly(RuntimeRule rule, string direct)
    {
        var backend = new AttemptPlan(rule.CandidatesFor(_exchange!.Endpoint.Kind), retry: null).Next(Random.Shared)!;
        _direct = new UpstreamAttempt(engine, new RuntimeTarget(backend, rule), _head!, routeName: null);
        var answer = _direct.PrepareOnly(_exchange, _upstream, _bodyDecoded);
        if (_direct.Refused is { } rejection) return Reject(rejection);
        _identified = true;
        answer!.RequestBody.Response.HeaderMutation.Set(DirectRoute.Header, direct);
        return answer;
    }

    /// <summary>A filter configured otherwise would let bytes go to the backend that nobody has looked at, or wait for answers in pieces.</summary>
    private static GrpcException NotBuffered() => new(GrpcStatusCode.FailedPrecondition, "the router filter's request_body_mode must be BUFFERED");

    /// <returns>Null when Envoy may choose a route, otherwise the answer.</returns>
    private ProcessingResponse? Decide()
    {
        var exchange = _exchange!;
        var rejection = RouterPhase.Foresee(exchange);
        engine.Tracing.Start(exchange);
        _capture.Wanted = ExchangeTracing.Records(exchange);
        _decided = rejection is null;
        return rejection is null ? null : Reject(rejection);
    }

    private ProcessingResponse? BeginResponse(in InboundMessage message)
    {
        _response = new ResponsePhases(_exchange!, _capture, engine.Time);
        var answer = _response.Begin(message, _localReply);
        if (message.EndOfStream) Finish(answer);
        else if (_duplex is not null) return _duplex.Begin(answer, holds: _response.NeedsWhole);
        return answer;
    }

    private ProcessingResponse? ContinueResponse(in InboundMessage message)
    {
        if (_duplex is not null) return _duplex.Continue(message, _response!, Finish);
        var answer = _response!.Continue(message);
        if (message.EndOfStream) Finish(answer);
        return answer;
    }

    /// <summary>Trailers after a body whose last piece did not say that it was the last.</summary>
    private ProcessingResponse EndResponse()
    {
        var trailers = Answers.Nothing(InboundKind.ResponseTrailers);
        if (_duplex is not null) return _duplex.End(trailers, _response!, Finish);
        _response!.Continue(InboundMessage.OfBody(InboundKind.ResponseBody, ReadOnlySequence<byte>.Empty, endOfStream: true));
        Finish(trailers);
        return trailers;
    }

    private void Finish(ProcessingResponse answer)
    {
        answer.DynamicMetadata = Answers.Metadata(CompletionMetadata.Of(_exchange!, Complete(), _identified));
        IsOver = _duplex is null; // there, more pieces may follow
    }

    /// <summary>An answer before there is an exchange to account for.</summary>
    private ProcessingResponse Refuse(Dialect dialect, GatewayError error, string message) => Over(Answers.Refuse(dialect, new Rejection(error, message), RequestId()));

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
        var body = _body;
        _body = null;
        return engine.Complete(_exchange!, body, _capture);
    }

    private string RequestId() => RequestIds.For(_head!.Header("x-request-id"), ExchangeId.Create(engine.Time));
}

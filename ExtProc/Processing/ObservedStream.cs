using AiGateway.Contracts;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc.Protocol;
using Envoy.Service.ExtProc.V3;
using Google.Protobuf.WellKnownTypes;

namespace AiGateway.ExtProc.Processing;

/// <summary>
/// A stream of a filter in <c>observability_mode</c>: Envoy sends copies, waits for nothing and drops every answer. So nothing is answered and nothing is
/// refused; what passes is accounted as far as it can be seen. The backend is known when the filter sends its name with the response.
/// </summary>
internal sealed class ObservedStream(Engine engine) : IPhases
{
    private const string AttemptCount = "upstream.request_attempt_count";

    private readonly ResponseCapture _capture = new(engine.CaptureLimit);
    private DrainState.Lease? _running;
    private Exchange? _exchange;
    private PooledBytes? _body;
    private ResponsePhases? _response;
    private bool _bodyComplete;
    private bool _completed;

    /// <inheritdoc />
    public bool IsOver => false; // Envoy ends it with the exchange

    /// <inheritdoc />
    public ProcessingResponse? Answer(in InboundMessage message)
    {
        switch (message.Kind)
        {
            case InboundKind.RequestHeaders when _exchange is null:
                Begin(message);
                break;
            case InboundKind.RequestBody when _exchange is not null && !_bodyComplete:
                Collect(message);
                break;
            case InboundKind.ResponseHeaders when _exchange is not null && _response is null:
                Respond(message);
                break;
            case InboundKind.ResponseBody when _response is not null && !_completed:
                _response.Continue(message);
                _response.Release();
                if (message.EndOfStream) Complete();
                break;
            case InboundKind.ResponseTrailers when _response is not null && !_completed:
                _response.Continue(InboundMessage.OfBody(InboundKind.ResponseBody, default, endOfStream: true));
                Complete();
                break;
        }

        return null;
    }

    /// <inheritdoc />
    public void Sent()
    {
    }

    /// <inheritdoc />
    public void Closed(StreamEnd end)
    {
        if (_exchange is not null && !_completed)
        {
            Read();
            _response?.Interrupted();
            _exchange.Error = end == StreamEnd.Failed ? GatewayError.Internal : GatewayError.ClientClosed;
            _exchange.Outcome = Outcomes.Of(_exchange.Error);
            Complete();
        }

        Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _response?.Dispose();
        _capture.Dispose();
        _running?.Dispose();
        _running = null;
    }

    private void Begin(in InboundMessage message)
    {
        if (Attributes(message.Message!) is { } attributes && Backend(attributes) is not null) return; // an attempt: the router filter's stream has the exchange
        var head = new EnvoyRequestHead(message.Message!.RequestHeaders.Headers);
        var snapshot = engine.Snapshot;
        if (engine.Endpoints.Find(head.Path) is not { Catalogue: false } endpoint || Engine.Listener(snapshot, head.Host, port: null) is not { } listener) return;
        _exchange = new Exchange(snapshot, listener, endpoint, head, engine.Time);
        _exchange.RequestId = RequestIds.For(head.Header("x-request-id"), _exchange.Id);
        engine.Metrics.Started();
        _running = engine.Drain.Enter();
        if (message.EndOfStream) Read();
    }

    private void Collect(in InboundMessage message)
    {
        _body ??= new PooledBytes((int)Math.Min(message.Body.Length, Array.MaxLength));
        _exchange!.BytesReceived += message.Body.Length;
        if (_exchange.BytesReceived <= RequestCoding.Limit(_exchange))
        {
            foreach (var segment in message.Body) _body.Write(segment.Span);
        }

        if (message.EndOfStream) Read();
    }

    /// <summary>Finds model and route once; a body that cannot be read leaves both unknown.</summary>
    private void Read()
    {
        if (_bodyComplete) return;
        _bodyComplete = true;
        var exchange = _exchange!;
        if (_body is not null && exchange.BytesReceived == _body.Length && RequestCoding.Decode(exchange, _body, out _) is null)
        {
            exchange.Body = _body.Written;
            if (RouterPhase.Peek(exchange) is null) exchange.Rule = exchange.Listener.Routes.Match(exchange.HostName, exchange.Head.Path, exchange.RequestedModel, exchange.Head);
        }

        engine.Tracing.Start(exchange);
        _capture.Wanted = ExchangeTracing.Records(exchange);
    }

    private void Respond(in InboundMessage message)
    {
        Read();
        var exchange = _exchange!;
        exchange.Attempts = 1;
        exchange.AttemptTimestamp = exchange.StartTimestamp;
        if (Attributes(message.Message!) is { } attributes)
        {
            if (attributes.Fields.TryGetValue(AttemptCount, out var count) && count.NumberValue is >= 0 and <= int.MaxValue) exchange.Attempts = (int)count.NumberValue;
            if (Backend(attributes) is { } name && engine.Snapshot.FindTarget(name, UpstreamStream.Text(attributes, UpstreamStream.RouteName)) is { } target)
            {
                exchange.Backend = target.Backend;
                exchange.Rule = target.Rule;
                exchange.UpstreamModel = target.Backend.UpstreamModel(exchange.RequestedModel);
            }
        }

        _response = new ResponsePhases(exchange, _capture, engine.Time);
        _response.Begin(message, localReply: null);
        if (message.EndOfStream) Complete();
    }

    private void Complete()
    {
        _completed = true;
        var body = _body;
        _body = null;
        engine.Complete(_exchange!, body, _capture);
    }

    private static string? Backend(Struct attributes) => UpstreamStream.Text(attributes, UpstreamStream.HostBackend) ?? UpstreamStream.Text(attributes, UpstreamStream.ClusterBackend);

    private static Struct? Attributes(ProcessingRequest request) => request.Attributes.GetValueOrDefault(UpstreamStream.AttributesKey);
}

using System.Globalization;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Errors;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.Gateway.Forwarding;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.Gateway.External;

/// <summary>
/// One filter's stream to its service. A message is sent, its answer awaited within the filter's time; what becomes of failures is Envoy's rule: an error
/// ends the exchange (500, after a timeout 504) unless the filter fails open, and a service that ends its stream with OK has no more to say about it.
/// </summary>
internal sealed class ProcessorStream : IAsyncDisposable
{
    private static readonly InboundCodec s_requests = new();
    private static readonly OutboundCodec s_answers = new();
    private static readonly OutboundCodec s_wholeAnswers = new(slices: false);

    /// <summary>Longest wait for a service to end its side when all has been said.</summary>
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _clientLeaves;
    private readonly DuplexCall<InboundMessage, OutboundMessage> _call;
    private readonly ProcessedExchange _processed;
    private readonly FlightRecorder? _recorder;
    private StreamRecording? _recording;
    private Task<(bool HasMessage, OutboundMessage Message)>? _ahead;
    private bool _begun;
    private bool _first = true;

    public ProcessorStream(ProcessorFilter filter, GrpcChannel channel, FlightRecorder? recorder, ProcessedExchange processed)
    {
        Filter = filter;
        _recorder = recorder;
        _processed = processed;
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, processed.Exchange.Time);
        // Not the exchange's deadline: the answer that a client gets then still passes the filters.
        _clientLeaves = processed.Context.RequestAborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
        _call = channel.Duplex(ExternalProcessorMethods.Process, s_requests, recorder is null ? s_answers : s_wholeAnswers, filter.TellsPort ? new GrpcCallOptions { Metadata = [Port(processed)] } : null, _stop.Token);
    }

    public ProcessorFilter Filter { get; }

    /// <summary>The service has no more to say: it ended the stream, or failed and may fail.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Sends a message and waits for its answer.</summary>
    /// <returns>The answer, valid until the next is asked for; null when the exchange goes on without one.</returns>
    /// <exception cref="ProcessorException">The exchange must not go on.</exception>
    /// <exception cref="OperationCanceledException">The client left meanwhile.</exception>
    public async ValueTask<OutboundMessage?> AskAsync(InboundMessage message)
    {
        if (IsOver) return null;
        _stop.CancelAfter(Filter.MessageTimeout);
        try
        {
            await SendAsync(message);
            return await ReadAsync() ?? (Filter.MustAnswer ? Fail(GatewayError.ProcessorFailed, "the_service_ended_its_stream_without_an_answer") : null);
        }
        catch (OperationCanceledException) when (!_processed.Context.RequestAborted.IsCancellationRequested)
        {
            return Fail(GatewayError.ProcessorTimeout, "ext_proc_error_per-message_timeout_exceeded");
        }
        catch (GrpcException exception)
        {
            _recording?.Ended(exception.Code, exception.Message);
            return Fail(GatewayError.ProcessorFailed, Details(exception));
        }
        finally
        {
            if (!_stop.IsCancellationRequested) _stop.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends a piece of a body whose answers come in their own time.</summary>
    public ValueTask SendAsync(InboundMessage message)
    {
        if (_begun) _recording?.Request(message);
        else _recording = _recorder?.Begin(Filter.TellsPort ? [Port(_processed)] : [], message);
        _begun = true;
        return _call.WriteAsync(message);
    }

    /// <summary>Resets the stream; whoever reads or writes it is told.</summary>
    public void Abort()
    {
        IsOver = true;
        _stop.Cancel();
    }

    /// <summary>The service is not waited for any more.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>The next answer, however long it takes within the exchange's own limits; where these have ended it, and that is what the service is told, within the filter's.</summary>
    /// <exception cref="ProcessorException">The exchange must not go on.</exception>
    public async ValueTask<OutboundMessage?> ReceiveAsync()
    {
        var isOver = _processed.Timer.Reason != StopReason.None;
        if (isOver) _stop.CancelAfter(Filter.MessageTimeout);
        await using var limit = isOver ? default : _processed.Timer.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
        try
        {
            return await ReadAsync();
        }
        catch (OperationCanceledException) when (!_processed.Context.RequestAborted.IsCancellationRequested)
        {
            return Fail(GatewayError.ProcessorTimeout, "response_timeout");
        }
        catch (GrpcException exception)
        {
            _recording?.Ended(exception.Code, exception.Message);
            return Fail(GatewayError.ProcessorFailed, Details(exception));
        }
    }

    /// <summary>Nothing is asked for a while: if the service is lost meanwhile, there is no use in waiting for what it would have to see.</summary>
    /// <param name="lost">Called at most once, on any thread; not for filters that fail open.</param>
    public void Watch(Action lost)
    {
        if (IsOver || _ahead is not null || Filter.FailOpen) return;
        _ahead = _call.ReadAsync().AsTask();
        _ = WatchAsync(_ahead, lost);
    }

    /// <summary>The answer is none to what was sent, or cannot be followed.</summary>
    /// <returns>Null when the filter fails open.</returns>
    /// <exception cref="ProcessorException">The exchange must not go on.</exception>
    public OutboundMessage? Refuse(string details) => Fail(GatewayError.ProcessorFailed, details);

    /// <summary>What comes along with a message: attributes and modes with the first, metadata with each.</summary>
    /// <param name="attributes">Attributes of this direction; empty for later messages.</param>
    public ProcessingRequest Envelope(IReadOnlyList<string> attributes)
    {
        var request = new ProcessingRequest { MetadataContext = _processed.MetadataFor(Filter) ?? new() };
        if (attributes.Count > 0) request.Attributes["envoy.filters.http.ext_proc"] = Attributes.Of(attributes, _processed);
        if (_first) request.ProtocolConfig = new ProtocolConfiguration { RequestBodyMode = Filter.Mode.RequestBodyMode, ResponseBodyMode = Filter.Mode.ResponseBodyMode };
        _first = false;
        return request;
    }

    /// <summary>Metadata for a body; null when there is none to tell.</summary>
    public ProcessingRequest? BodyEnvelope() => _processed.MetadataFor(Filter) is { } metadata ? new ProcessingRequest { MetadataContext = metadata } : null;

    /// <summary>All has been said: half-closes and waits for the service to end its side, so that nothing of the exchange runs on.</summary>
    public async ValueTask CompleteAsync()
    {
        if (IsOver) return;
        IsOver = true;
        try
        {
            _stop.CancelAfter(Filter.MessageTimeout < s_goodbye ? Filter.MessageTimeout : s_goodbye);
            _recording?.HalfClosed();
            await _call.CompleteAsync();
            if (_ahead is { } ahead)
            {
                _ahead = null;
                await ahead;
            }

            while (await _call.ReadAsync() is (true, _))
            {
                // Answers to what nobody waits for any more.
            }
        }
        catch (Exception exception) when (exception is GrpcException or OperationCanceledException)
        {
            // However it ended: the exchange does not depend on it any more.
        }
    }

    /// <summary>Resets the stream unless it is over.</summary>
    public async ValueTask DisposeAsync()
    {
        _recording?.Reset();
        if (_ahead is { } ahead)
        {
            await _stop.CancelAsync();
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _call.DisposeAsync();
        _clientLeaves.Dispose();
        _stop.Dispose();
    }

    private static KeyValuePair<string, string> Port(ProcessedExchange processed) => KeyValuePair.Create(DirectRoute.PortMetadata, processed.Exchange.Listener.Spec.Port.ToString(CultureInfo.InvariantCulture));

    private async ValueTask<OutboundMessage?> ReadAsync()
    {
        var ahead = _ahead;
        _ahead = null;
        var (hasMessage, answer) = ahead is null ? await _call.ReadAsync() : await ahead;
        if (!hasMessage)
        {
            _recording?.Ended(GrpcStatusCode.OK, "");
            IsOver = true;
            return null;
        }

        _recording?.Response(answer.Message);

        _processed.Take(answer.Message.DynamicMetadata, Filter);
        return answer;
    }

    private static async Task WatchAsync(Task ahead, Action lost)
    {
        try
        {
            await ahead;
        }
        catch (GrpcException)
        {
            lost();
        }
        catch (OperationCanceledException)
        {
            // The exchange ended first.
        }
    }

    private OutboundMessage? Fail(GatewayError error, string details)
    {
        IsOver = true;
        _stop.Cancel();
        _processed.Failed(Filter, details);
        return Filter.FailOpen ? null : throw new ProcessorException(Filter.Name, error, details);
    }

    private static string Details(GrpcException exception) => $"ext_proc_error_gRPC_error_{(int)exception.Code}{{{exception.Message.Replace(' ', '_')}}}";
}

using AiGateway.DataPlane.Errors;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.Gateway.External;

/// <summary>
/// One filter's stream to its service. A message is sent, its answer awaited within the filter's time; what becomes of failures is Envoy's rule: an error
/// ends the exchange (500, after a timeout 504) unless the filter fails open, and a service that ends its stream with OK has no more to say about it.
/// </summary>
internal sealed class ProcessorStream : IAsyncDisposable
{
    private static readonly InboundCodec s_requests = new();
    private static readonly ProtobufCodec<ProcessingResponse> s_answers = new();

    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _clientLeaves;
    private readonly DuplexCall<InboundMessage, ProcessingResponse> _call;
    private readonly ProcessedExchange _processed;
    private bool _first = true;

    public ProcessorStream(ProcessorFilter filter, GrpcChannel channel, ProcessedExchange processed)
    {
        Filter = filter;
        _processed = processed;
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, processed.Exchange.Time);
        // Not the exchange's deadline: the answer that a client gets then still passes the filters.
        _clientLeaves = processed.Context.RequestAborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
        _call = channel.Duplex(ExternalProcessorMethods.Process, s_requests, s_answers, null, _stop.Token);
    }

    public ProcessorFilter Filter { get; }

    /// <summary>The service has no more to say: it ended the stream, or failed and may fail.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Sends a message and waits for its answer.</summary>
    /// <returns>The answer; null when the exchange goes on without one.</returns>
    /// <exception cref="ProcessorException">The exchange must not go on.</exception>
    /// <exception cref="OperationCanceledException">The client left meanwhile.</exception>
    public async ValueTask<ProcessingResponse?> AskAsync(InboundMessage message)
    {
        if (IsOver) return null;
        _stop.CancelAfter(Filter.MessageTimeout);
        try
        {
            await _call.WriteAsync(message);
            return await ReadAsync();
        }
        catch (OperationCanceledException) when (!_processed.Context.RequestAborted.IsCancellationRequested)
        {
            return Fail(GatewayError.ProcessorTimeout, "ext_proc_error_per-message_timeout_exceeded");
        }
        catch (GrpcException exception)
        {
            return Fail(GatewayError.ProcessorFailed, Details(exception));
        }
        finally
        {
            if (!_stop.IsCancellationRequested) _stop.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends a piece of a body whose answers come in their own time.</summary>
    public ValueTask SendAsync(InboundMessage message) => _call.WriteAsync(message);

    /// <summary>The next answer, however long it takes within the exchange's own limits.</summary>
    /// <exception cref="ProcessorException">The exchange must not go on.</exception>
    public async ValueTask<ProcessingResponse?> ReceiveAsync()
    {
        await using var limit = _processed.Timer.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _stop);
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
            return Fail(GatewayError.ProcessorFailed, Details(exception));
        }
    }

    /// <summary>The answer is none to what was sent, or cannot be followed.</summary>
    /// <returns>Null when the filter fails open.</returns>
    /// <exception cref="ProcessorException">The exchange must not go on.</exception>
    public ProcessingResponse? Refuse(string details) => Fail(GatewayError.ProcessorFailed, details);

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
            _stop.CancelAfter(Filter.MessageTimeout);
            await _call.CompleteAsync();
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
        await _call.DisposeAsync();
        _clientLeaves.Dispose();
        _stop.Dispose();
    }

    private async ValueTask<ProcessingResponse?> ReadAsync()
    {
        var (hasMessage, answer) = await _call.ReadAsync();
        if (!hasMessage)
        {
            IsOver = true;
            return null;
        }

        _processed.Take(answer.DynamicMetadata, Filter);
        return answer;
    }

    private ProcessingResponse? Fail(GatewayError error, string details)
    {
        IsOver = true;
        _stop.Cancel();
        _processed.Failed(Filter, details);
        return Filter.FailOpen ? null : throw new ProcessorException(Filter.Name, error, details);
    }

    private static string Details(GrpcException exception) => $"ext_proc_error_gRPC_error_{(int)exception.Code}{{{exception.Message.Replace(' ', '_')}}}";
}

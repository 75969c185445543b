using System.Buffers;
using System.Globalization;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Extensions.Filters.Http.ExtProc.V3;
using Envoy.Service.ExtProc.V3;
using BodySendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.BodySendMode;
using HeaderSendMode = Envoy.Extensions.Filters.Http.ExtProc.V3.ProcessingMode.Types.HeaderSendMode;

namespace AiGateway.Gateway.External;

/// <summary>One filter at work on one exchange: its phases in order, over one stream that opens with the first message.</summary>
/// <param name="filter">Settings.</param>
/// <param name="channels">Connections to services.</param>
/// <param name="processed">The exchange.</param>
internal sealed class FilterRun(ProcessorFilter filter, ProcessorChannels channels, ProcessedExchange processed) : IAsyncDisposable
{
    /// <summary>Envoy's detail for a body whose length is not the one its head says.</summary>
    public const string LengthMismatch = "mismatch_between_content_length_and_the_length_of_the_mutated_body";

    private readonly ProcessingMode _mode = filter.Mode.Clone();
    private ProcessorStream? _stream;
    private bool _over;

    /// <summary>The service wants to see the response, too.</summary>
    public bool SeesResponse => !_over && _stream is not { IsOver: true } && (Sends(_mode.ResponseHeaderMode) || _mode.ResponseBodyMode != BodySendMode.None);

    /// <summary>The request phases.</summary>
    /// <returns>Null when the request goes on, otherwise what the client gets.</returns>
    public async ValueTask<LocalReply?> RequestAsync(ProcessedRequest request)
    {
        try
        {
            return await RequestHeadersAsync(request);
        }
        catch (ProcessorException) when (filter.FailOpen)
        {
            _over = true; // no endpoint of the service: the exchange goes on without it
            return null;
        }
        catch (ProcessorException exception)
        {
            return Failed(exception);
        }
    }

    /// <summary>The response phases; a body that is not needed whole passes through the service later, while it is read.</summary>
    /// <returns>Null when the response goes on, otherwise what the client gets instead.</returns>
    public async ValueTask<LocalReply?> ResponseAsync(ProcessedResponse response)
    {
        if (!SeesResponse) return null;
        try
        {
            return await ResponseHeadersAsync(response);
        }
        catch (ProcessorException) when (filter.FailOpen)
        {
            _over = true; // no endpoint of the service: the exchange goes on without it
            return null;
        }
        catch (ProcessorException exception)
        {
            return Failed(exception);
        }
    }

    /// <summary>The request is on its way; ends the exchange when the service is lost before the response comes.</summary>
    public void Watch()
    {
        if (SeesResponse) _stream?.Watch(processed.Timer.Abandon);
    }

    /// <summary>Ends the stream in an orderly way.</summary>
    public ValueTask CompleteAsync() => _stream?.CompleteAsync() ?? default;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _stream?.DisposeAsync() ?? default;

    private async ValueTask<LocalReply?> RequestHeadersAsync(ProcessedRequest request)
    {
        if (Sends(_mode.RequestHeaderMode))
        {
            var message = Stream().Envelope(filter.RequestAttributes);
            message.RequestHeaders = new HttpHeaders { Headers = request.Headers.ToMap(), EndOfStream = !request.HasBody };
            var answer = await Stream().AskAsync(InboundMessage.Of(message));
            if (Judge(answer, ProcessingResponse.ResponseOneofCase.RequestHeaders, request.Headers, out var ended) is not { } said) return ended;
            if (filter.AllowModeOverride && said.Message.ModeOverride is { } mode) _mode.MergeFrom(Whole(mode));
            if (said.Common is { Status: CommonResponse.Types.ResponseStatus.ContinueAndReplace })
            {
                request.Replace(said.NewBody ?? default);
                request.Headers.Remove("content-length"); // the sender knows
                return null;
            }
        }

        if (!request.HasBody || _mode.RequestBodyMode == BodySendMode.None || Stream().IsOver) return null;
        if (await request.ReadAsync() is { } unreadable) return LocalReply.Of(processed.Exchange.Endpoint.Dialect, unreadable, processed.Exchange.RequestId);
        return _mode.RequestBodyMode is BodySendMode.Buffered or BodySendMode.BufferedPartial ? await BufferedRequestAsync(request) : await StreamedRequestAsync(request);
    }

    private async ValueTask<LocalReply?> BufferedRequestAsync(ProcessedRequest request)
    {
        var part = _mode.RequestBodyMode == BodySendMode.BufferedPartial ? Math.Min(request.Body.Length, PartialBody) : request.Body.Length;
        var sent = request.Body[..part];
        var answer = await Stream().AskAsync(Body(InboundKind.RequestBody, sent, part == request.Body.Length));
        if (Judge(answer, ProcessingResponse.ResponseOneofCase.RequestBody, request.Headers, out var ended) is not { } said) return ended;
        if (part < request.Body.Length) request.Headers.Remove("content-length");
        if (said.NewBody is not { } mutated) return null;
        if (!Fits(request.Headers, mutated.Length + request.Body.Length - part)) return Failed(LengthMismatch);
        request.Replace(mutated, part);
        return null;
    }

    private async ValueTask<LocalReply?> StreamedRequestAsync(ProcessedRequest request)
    {
        request.Headers.Remove("content-length");
        var body = PassedBody.Of(this, Stream(), InboundKind.RequestBody, new PiecewiseBody(request.Body), _mode.RequestBodyMode, fixedLength: false, processed.Timer);
        var output = new ArrayBufferWriter<byte>(Math.Max(256, request.Body.Length));
        try
        {
            while (true)
            {
                var piece = await body.NextAsync();
                output.Write(piece.Bytes.Span);
                if (piece.IsLast) break;
            }
        }
        catch (ImmediateResponseException exception)
        {
            _over = true;
            return exception.Reply;
        }
        finally
        {
            await body.CloseAsync();
        }

        if (!output.WrittenSpan.SequenceEqual(request.Body.Span)) request.Replace(new ReadOnlySequence<byte>(output.WrittenMemory));
        return null;
    }

    private async ValueTask<LocalReply?> ResponseHeadersAsync(ProcessedResponse response)
    {
        var overridden = false;
        if (Sends(_mode.ResponseHeaderMode))
        {
            var message = Stream().Envelope(filter.ResponseAttributes);
            message.ResponseHeaders = new HttpHeaders { Headers = response.Headers.ToMap(), EndOfStream = !response.HasBody };
            var answer = await Stream().AskAsync(InboundMessage.Of(message));
            if (Judge(answer, ProcessingResponse.ResponseOneofCase.ResponseHeaders, response.Headers, out var ended) is not { } said) return ended;
            if (filter.AllowModeOverride && said.Message.ModeOverride is { } mode)
            {
                overridden = mode.ResponseBodyMode != _mode.ResponseBodyMode;
                _mode.ResponseBodyMode = mode.ResponseBodyMode;
            }

            if (said.Common is { Status: CommonResponse.Types.ResponseStatus.ContinueAndReplace })
            {
                var body = new PooledBytes();
                body.Write(said.NewBody ?? default);
                response.Replace(new WholeBody(body), body.Length > 0);
                response.Headers.Set("content-length", body.Length.ToString(CultureInfo.InvariantCulture));
                return null;
            }
        }

        if (!response.HasBody || _mode.ResponseBodyMode == BodySendMode.None || Stream().IsOver) return null;
        if (_mode.ResponseBodyMode is BodySendMode.Buffered or BodySendMode.BufferedPartial) return await BufferedResponseAsync(response);
        var fixedLength = overridden && _mode.ResponseBodyMode == BodySendMode.Streamed && response.Headers["content-length"] is not null;
        if (!fixedLength) response.Headers.Remove("content-length");
        response.Passes(PassedBody.Of(this, Stream(), InboundKind.ResponseBody, response.Body, _mode.ResponseBodyMode, fixedLength, processed.Timer));
        return null;
    }

    private async ValueTask<LocalReply?> BufferedResponseAsync(ProcessedResponse response)
    {
        var partial = _mode.ResponseBodyMode == BodySendMode.BufferedPartial;
        var limit = partial ? PartialBody : processed.Exchange.Listener.Spec.MaxRequestBodyBytes ?? DefaultBufferLimit;
        var whole = new PooledBytes((int)Math.Clamp(Length(response.Headers) ?? 0, 256, 1024 * 1024));
        try
        {
            var complete = false;
            while (!complete && (!partial || whole.Length < limit))
            {
                var piece = await response.Body.NextAsync();
                if (!partial && whole.Length + piece.Bytes.Length > limit) return Failed("response_payload_too_large");
                whole.Write(piece.Bytes.Span);
                complete = piece.IsLast;
            }

            var answer = await Stream().AskAsync(Body(InboundKind.ResponseBody, whole.Written, complete));
            if (Judge(answer, ProcessingResponse.ResponseOneofCase.ResponseBody, response.Headers, out var ended) is { } said)
            {
                if (said.NewBody is { } mutated)
                {
                    if (!complete) response.Headers.Remove("content-length");
                    if (!Fits(response.Headers, mutated.Length)) return Failed(LengthMismatch);
                    whole.Clear();
                    whole.Write(mutated);
                }
            }
            else if (ended is not null)
            {
                return ended;
            }

            var body = new WholeBody(whole, isAll: complete);
            whole = null;
            if (complete) response.Replace(body, hasBody: true);
            else response.Passes(new PrefixedBody(body, response.Body));
            return null;
        }
        finally
        {
            whole?.Dispose();
        }
    }

    /// <summary>Bytes of the beginning that BUFFERED_PARTIAL shows.</summary>
    private const int PartialBody = 64 * 1024;

    private const long DefaultBufferLimit = 50 * 1024 * 1024;

    /// <summary>An answer in place of the exchange, in any phase.</summary>
    internal LocalReply Immediate(in OutboundMessage answer)
    {
        _over = true;
        return LocalReply.Of(answer, filter.AllowEnvoyHeaders) ?? Failed(HeaderRules.InvalidCharacter);
    }

    /// <summary>Takes what an answer says about the head, when it is one to what was sent.</summary>
    /// <param name="answer">Null when there is none.</param>
    /// <param name="expected">Its kind.</param>
    /// <param name="headers">The head.</param>
    /// <param name="ended">What the client gets when nothing goes on; null when it goes on unprocessed.</param>
    /// <returns>The answer; null when there is none to follow.</returns>
    private OutboundMessage? Judge(in OutboundMessage? answer, ProcessingResponse.ResponseOneofCase expected, HeaderList headers, out LocalReply? ended)
    {
        ended = null;
        if (answer is not { } said) return null;
        if (said.Message.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) ended = Immediate(said);
        else if (said.Message.ResponseCase != expected) Stream().Refuse("spurious_message"); // throws when the exchange must not go on
        else if (!HeaderRules.TryApply(said.Common?.HeaderMutation, headers, filter.AllowEnvoyHeaders)) Stream().Refuse(HeaderRules.InvalidCharacter);
        else
        {
            processed.RouteIsStale |= said.Common?.ClearRouteCache == true;
            return said;
        }

        return null;
    }

    internal InboundMessage Body(InboundKind kind, ReadOnlyMemory<byte> bytes, bool endOfStream) =>
        InboundMessage.OfBody(kind, new ReadOnlySequence<byte>(bytes), endOfStream, Stream().BodyEnvelope());

    private static bool Fits(HeaderList headers, long length) => Length(headers) is not { } said || said == length;

    private static long? Length(HeaderList headers) => long.TryParse(headers["content-length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    private static bool Sends(HeaderSendMode mode) => mode is HeaderSendMode.Default or HeaderSendMode.Send;

    /// <summary>An override replaces the whole mode: what it does not name is the default again.</summary>
    private ProcessingMode Whole(ProcessingMode mode)
    {
        _mode.RequestBodyMode = _mode.ResponseBodyMode = BodySendMode.None;
        _mode.ResponseHeaderMode = HeaderSendMode.Default;
        return mode;
    }

    private ProcessorStream Stream() => _stream ??= channels.For(processed.Context, filter) is { } channel
        ? new ProcessorStream(filter, channel, channels.Recorder, processed)
        : throw Unavailable();

    private ProcessorException Unavailable()
    {
        const string Details = "ext_proc_error_gRPC_error_14{no_endpoint_of_the_service_is_available}";
        processed.Failed(filter, Details);
        return new ProcessorException(filter.Name, GatewayError.ProcessorFailed, Details);
    }

    private LocalReply Failed(ProcessorException exception)
    {
        _over = true;
        return LocalReply.Of(processed.Exchange.Endpoint.Dialect, exception.Error, exception.Details, processed.Exchange.RequestId);
    }

    /// <summary>The exchange cannot go on as the service wants it, whatever the filter's failure mode.</summary>
    private LocalReply Failed(string details)
    {
        _over = true;
        processed.Failed(filter with { FailOpen = false }, details);
        return LocalReply.Of(processed.Exchange.Endpoint.Dialect, GatewayError.ProcessorFailed, details, processed.Exchange.RequestId);
    }
}

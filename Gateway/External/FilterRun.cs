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
/// <param name="channel">Connections to its service; null when there is none to be had.</param>
/// <param name="processed">The exchange.</param>
internal sealed class FilterRun(ProcessorFilter filter, GrpcChannel? channel, ProcessedExchange processed) : IAsyncDisposable
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
        catch (ProcessorException exception)
        {
            return Failed(exception);
        }
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
            if (answer is null) return null;
            if (answer.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) return Immediate(answer);
            if (answer.ResponseCase != ProcessingResponse.ResponseOneofCase.RequestHeaders) return Spurious();
            if (Apply(answer.RequestHeaders.Response, request.Headers) is { } invalid) return invalid;
            if (filter.AllowModeOverride && answer.ModeOverride is { } mode) _mode.MergeFrom(Whole(mode));
            if (answer.RequestHeaders.Response is { Status: CommonResponse.Types.ResponseStatus.ContinueAndReplace } replacement)
            {
                request.Replace(Mutated(replacement.BodyMutation) ?? default);
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
        if (answer is null) return null;
        if (answer.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) return Immediate(answer);
        if (answer.ResponseCase != ProcessingResponse.ResponseOneofCase.RequestBody) return Spurious();
        var common = answer.RequestBody.Response;
        if (Apply(common, request.Headers) is { } invalid) return invalid;
        if (Mutated(common?.BodyMutation) is not { } mutated) return null;
        if (part < request.Body.Length) mutated = (byte[])[.. mutated.Span, .. request.Body.Span[part..]];
        if (!Fits(request.Headers, mutated.Length)) return Failed(LengthMismatch);
        request.Replace(mutated);
        return null;
    }

    private async ValueTask<LocalReply?> StreamedRequestAsync(ProcessedRequest request)
    {
        request.Headers.Remove("content-length");
        var body = PassedBody.Of(this, Stream(), InboundKind.RequestBody, new PiecewiseBody(request.Body), _mode.RequestBodyMode, fixedLength: false);
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

        if (!output.WrittenSpan.SequenceEqual(request.Body.Span)) request.Replace(output.WrittenMemory);
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
            if (answer is null) return null;
            if (answer.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) return Immediate(answer);
            if (answer.ResponseCase != ProcessingResponse.ResponseOneofCase.ResponseHeaders) return Spurious();
            if (Apply(answer.ResponseHeaders.Response, response.Headers) is { } invalid) return invalid;
            if (filter.AllowModeOverride && answer.ModeOverride is { } mode)
            {
                overridden = mode.ResponseBodyMode != _mode.ResponseBodyMode;
                _mode.ResponseBodyMode = mode.ResponseBodyMode;
            }

            if (answer.ResponseHeaders.Response is { Status: CommonResponse.Types.ResponseStatus.ContinueAndReplace } replacement)
            {
                var body = Mutated(replacement.BodyMutation) ?? default;
                response.Body = new WholeBody(body);
                response.HasBody = body.Length > 0;
                response.Headers.Set("content-length", body.Length.ToString(CultureInfo.InvariantCulture));
                return null;
            }
        }

        if (!response.HasBody || _mode.ResponseBodyMode == BodySendMode.None || Stream().IsOver) return null;
        if (_mode.ResponseBodyMode is BodySendMode.Buffered or BodySendMode.BufferedPartial) return await BufferedResponseAsync(response);
        var fixedLength = overridden && _mode.ResponseBodyMode == BodySendMode.Streamed && response.Headers["content-length"] is not null;
        if (!fixedLength) response.Headers.Remove("content-length");
        response.Body = PassedBody.Of(this, Stream(), InboundKind.ResponseBody, response.Body, _mode.ResponseBodyMode, fixedLength);
        return null;
    }

    private async ValueTask<LocalReply?> BufferedResponseAsync(ProcessedResponse response)
    {
        var partial = _mode.ResponseBodyMode == BodySendMode.BufferedPartial;
        var limit = partial ? PartialBody : processed.Exchange.Listener.Spec.MaxRequestBodyBytes ?? DefaultBufferLimit;
        var whole = new ArrayBufferWriter<byte>((int)Math.Clamp(Length(response.Headers) ?? 0, 256, 1024 * 1024));
        var complete = false;
        while (!complete && whole.WrittenCount < limit)
        {
            var piece = await response.Body.NextAsync();
            if (!partial && whole.WrittenCount + piece.Bytes.Length > limit) return Failed("response_payload_too_large");
            whole.Write(piece.Bytes.Span);
            complete = piece.IsLast;
        }

        var answer = await Stream().AskAsync(Body(InboundKind.ResponseBody, whole.WrittenMemory, complete));
        var bytes = whole.WrittenMemory;
        if (answer is not null)
        {
            if (answer.ResponseCase == ProcessingResponse.ResponseOneofCase.ImmediateResponse) return Immediate(answer);
            if (answer.ResponseCase != ProcessingResponse.ResponseOneofCase.ResponseBody) return Spurious();
            var common = answer.ResponseBody.Response;
            if (Apply(common, response.Headers) is { } invalid) return invalid;
            if (Mutated(common?.BodyMutation) is { } mutated)
            {
                if (!complete) response.Headers.Remove("content-length");
                if (!Fits(response.Headers, mutated.Length)) return Failed(LengthMismatch);
                bytes = mutated;
            }
        }

        response.Body = complete ? new WholeBody(bytes) : new PrefixedBody(bytes, response.Body);
        return null;
    }

    /// <summary>Bytes of the beginning that BUFFERED_PARTIAL shows.</summary>
    private const int PartialBody = 64 * 1024;

    private const long DefaultBufferLimit = 50 * 1024 * 1024;

    /// <summary>An answer in place of the exchange, in any phase.</summary>
    internal LocalReply Immediate(ProcessingResponse answer)
    {
        _over = true;
        return LocalReply.Of(answer.ImmediateResponse, filter.AllowEnvoyHeaders) ?? Failed(HeaderRules.InvalidCharacter);
    }

    /// <summary>Applies what an answer says about the head.</summary>
    private LocalReply? Apply(CommonResponse? common, HeaderList headers)
    {
        if (common is null) return null;
        if (!HeaderRules.TryApply(common.HeaderMutation, headers, filter.AllowEnvoyHeaders)) return Refuse(HeaderRules.InvalidCharacter);
        processed.RouteIsStale |= common.ClearRouteCache;
        return null;
    }

    /// <summary>The bytes that a mutation puts in place; null when it changes nothing.</summary>
    internal static ReadOnlyMemory<byte>? Mutated(BodyMutation? mutation)
    {
        if (mutation is { MutationCase: BodyMutation.MutationOneofCase.Body }) return mutation.Body.Memory;
        return mutation is { MutationCase: BodyMutation.MutationOneofCase.ClearBody, ClearBody: true } ? ReadOnlyMemory<byte>.Empty : (ReadOnlyMemory<byte>?)null;
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

    private ProcessorStream Stream() => _stream ??= channel is null
        ? throw Unavailable()
        : new ProcessorStream(filter, channel, processed);

    private ProcessorException Unavailable()
    {
        const string Details = "ext_proc_error_gRPC_error_14{no_endpoint_of_the_service_is_available}";
        processed.Failed(filter, Details);
        return new ProcessorException(filter.Name, GatewayError.ProcessorFailed, Details);
    }

    private LocalReply? Spurious() => Refuse("spurious_message");

    /// <summary>The answer cannot be followed: the stream ends, and the exchange with it unless the filter fails open.</summary>
    private LocalReply? Refuse(string details)
    {
        Stream().Refuse(details); // throws when the exchange must not go on
        return null;
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

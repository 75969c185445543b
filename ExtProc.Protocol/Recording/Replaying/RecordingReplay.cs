using AiGateway.ExtProc.Protocol.Grpc;
using Envoy.Service.ExtProc.V3;

namespace AiGateway.ExtProc.Protocol.Recording.Replaying;

/// <summary>
/// Sends a recording to a service again and compares its answers. Streams open in the recorded order, attempts while their exchange runs; each message
/// follows its predecessor's answer.
/// </summary>
public sealed class RecordingReplay(Recording recording, GrpcChannel channel, ReplayOptions options)
{
    private static readonly InboundCodec s_requests = new();
    private static readonly ProtobufCodec<ProcessingResponse> s_responses = new();

    private readonly List<ReplayDifference> _differences = [];
    private readonly Lock _lock = new();
    private int _streams;
    private int _answers;

    /// <summary>Sends everything that was asked for.</summary>
    /// <exception cref="FormatException">A message of the recording cannot be read, or it has no such stream.</exception>
    /// <exception cref="IOException">There is no service.</exception>
    public async Task<ReplayReport> RunAsync(CancellationToken cancellationToken)
    {
        var streams = RecordedStream.Of(recording);
        var exchanges = streams.GroupBy(stream => stream.Brought is { } id ? streams.FirstOrDefault(first => first.Given == id)?.Number ?? stream.Number : stream.Number)
            .Where(exchange => options.Stream is not { } wanted || exchange.Any(stream => stream.Number == wanted)).ToList();
        if (options.Stream is { } number && exchanges.Count == 0) throw new FormatException($"the recording has no stream {number}");
        var whole = exchanges.Where(static exchange => !exchange.Any(static stream => stream.IsDropped)).Select(static exchange => exchange.ToDictionary(static stream => stream.Number)).ToList();
        if (options.OriginalTiming)
        {
            await Task.WhenAll(whole.Select(exchange => PlayAsync(exchange, cancellationToken)));
        }
        else
        {
            foreach (var exchange in whole) await PlayAsync(exchange, cancellationToken);
        }

        return new ReplayReport(_streams, _answers, exchanges.Sum(static exchange => exchange.Count()) - whole.Sum(static exchange => exchange.Count), [.. _differences.OrderBy(static difference => difference.Stream)]);
    }

    private async Task PlayAsync(Dictionary<long, RecordedStream> exchange, CancellationToken cancellationToken)
    {
        var begun = options.Time.GetTimestamp();
        var live = new LiveExchange(exchange.Values.FirstOrDefault(static stream => stream.Given is not null)?.Given);
        var open = new Dictionary<long, LiveStream>();
        try
        {
            foreach (var recorded in recording.Events)
            {
                if (!exchange.TryGetValue(recorded.Stream, out var stream)) continue;
                if (options.OriginalTiming) await WaitAsync(recorded.At - options.Time.GetElapsedTime(begun), cancellationToken);
                if (recorded.Kind == RecordedEventKind.Open)
                {
                    open[recorded.Stream] = Open(stream, recorded, cancellationToken);
                    continue;
                }

                if (open.TryGetValue(recorded.Stream, out var playing) && !playing.IsOver) await PlayAsync(recorded, playing, live, cancellationToken);
            }
        }
        finally
        {
            foreach (var playing in open.Values) await playing.DisposeAsync();
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (pause > TimeSpan.Zero) await Task.Delay(pause, options.Time, cancellationToken);
    }

    private LiveStream Open(RecordedStream stream, in RecordedEvent recorded, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _streams);
        var metadata = RecordingFormat.ReadOpen(recorded.Payload.Span);
        return new LiveStream(stream, channel.Duplex(ExternalProcessorMethods.Process, s_requests, s_responses, new GrpcCallOptions { Metadata = metadata }, cancellationToken), recording.KeepsBodies);
    }

    private async Task PlayAsync(RecordedEvent recorded, LiveStream stream, LiveExchange live, CancellationToken cancellationToken)
    {
        switch (recorded.Kind)
        {
            case RecordedEventKind.Request:
                await SendAsync(recorded, stream, live);
                break;
            case RecordedEventKind.Response:
                await CompareAsync(RecordedStream.Read(ProcessingResponse.Parser, recorded.Payload), stream, live, cancellationToken);
                break;
            case RecordedEventKind.HalfClose:
                await stream.Call.CompleteAsync();
                break;
            case RecordedEventKind.Reset:
                stream.IsOver = true;
                await stream.DisposeAsync();
                break;
            case RecordedEventKind.Status:
                await CompareEndAsync(RecordingFormat.ReadStatus(recorded.Payload.Span), stream, cancellationToken);
                break;
        }
    }

    private static async Task SendAsync(RecordedEvent recorded, LiveStream stream, LiveExchange live)
    {
        var message = RecordedStream.Read(ProcessingRequest.Parser, recorded.Payload);
        stream.Redaction.Apply(message.Clone()); // it follows the stream: codings, and where a body begins
        live.Apply(message);
        stream.Messages++;
        await stream.Call.WriteAsync(InboundMessage.Of(message));
    }

    private async Task CompareAsync(ProcessingResponse recorded, LiveStream stream, LiveExchange live, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _answers);
        var (answer, end) = await ReadAsync(stream, cancellationToken);
        if (answer is null)
        {
            stream.IsOver = true;
            Differs(stream, $"recorded {recorded.ResponseCase}, now {end}");
            return;
        }

        live.Learn(answer);
        stream.Redaction.Apply(answer);
        foreach (var difference in AnswerComparison.Differences(recorded, answer)) Differs(stream, difference);
    }

    private async Task CompareEndAsync((GrpcStatusCode Code, string Message) recorded, LiveStream stream, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _answers);
        var (answer, end) = await ReadAsync(stream, cancellationToken);
        stream.IsOver = true;
        if (answer is not null) Differs(stream, $"recorded the end of the stream with {recorded.Code}, now {answer.ResponseCase}");
        else if (end.Code != recorded.Code) Differs(stream, $"recorded {new StreamEnding(recorded.Code, recorded.Message)}, now {end}");
    }

    private async Task<(ProcessingResponse? Answer, StreamEnding End)> ReadAsync(LiveStream stream, CancellationToken cancellationToken)
    {
        try
        {
            var (hasMessage, message) = await stream.Call.ReadAsync().AsTask().WaitAsync(options.AnswerTimeout, options.Time, cancellationToken);
            return hasMessage ? (message.Clone(), default) : (null, new StreamEnding(GrpcStatusCode.OK, ""));
        }
        catch (TimeoutException)
        {
            return (null, new StreamEnding(null, $"no answer within {options.AnswerTimeout.TotalSeconds:0.#} s"));
        }
        catch (GrpcException exception) when (exception is { Code: GrpcStatusCode.Unavailable, InnerException: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } })
        {
            throw new IOException(exception.Message, exception);
        }
        catch (GrpcException exception)
        {
            return (null, new StreamEnding(exception.Code, exception.Message));
        }
    }

    private void Differs(LiveStream stream, string text)
    {
        lock (_lock) _differences.Add(new ReplayDifference(stream.Recorded.Number, stream.Recorded.Name, stream.Messages, text));
    }

    private readonly record struct StreamEnding(GrpcStatusCode? Code, string Message)
    {
        public override string ToString() => Code is null ? Message : $"the end of the stream with {Code}{(Message.Length > 0 ? $" ({Message})" : "")}";
    }
}

using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>
/// Delivers the items of one signal to one sink: its own queue, its own loop, its own patience, so that a sink in trouble delays nobody else. A batch that the
/// sink refuses for now is tried again until it is taken; meanwhile newer items wait in the queue.
/// </summary>
internal sealed class OtlpExporter<T> : IAsyncDisposable, IOtlpExporter
{
    private readonly BatchOptions _options;
    private readonly IOtlpEncoder<T> _encoder;
    private readonly IOtlpSender _sender;
    private readonly SinkMetrics _metrics;
    private readonly SinkWarnings _warnings;
    private readonly TimeProvider _time;
    private readonly ExportQueue<T> _queue;
    private readonly ProtobufWriter _writer = new();
    private readonly BackOff _backOff = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly FlushWaiters _flushes = new();
    private readonly TimeSpan _attemptLimit;
    private Task _loop = Task.CompletedTask;

    public OtlpExporter(OtlpTarget target, BatchOptions options, IOtlpEncoder<T> encoder, TelemetryMetrics metrics, ILogger logger, TimeProvider time, IOtlpSender? sender = null)
    {
        _options = options;
        _encoder = encoder;
        _time = time;
        _queue = new ExportQueue<T>(options.MaxQueueSize, MaxQueuedBytes, encoder.BytesOf);
        _sender = sender ?? (target.Protocol == OtlpProtocol.Grpc ? new OtlpGrpcSender(target) : new OtlpHttpSender(target, time));
        _metrics = metrics.ForSink(target.Sink, target.Signal, () => _queue.Count);
        _warnings = new SinkWarnings(target, logger, time);
        _attemptLimit = target.Timeout == Timeout.InfiniteTimeSpan || target.Timeout > options.ExportTimeout ? options.ExportTimeout : target.Timeout;
    }

    public void Start()
    {
        // The loop must not inherit the starter's activity or other ambient state.
        using (ExecutionContext.SuppressFlow()) _loop = RunAsync(_stop.Token);
    }

    /// <summary>Queues an item. Never waits; at the bound the oldest item is dropped and counted.</summary>
    public void Add(T item)
    {
        _flushes.Added();
        var dropped = _queue.Add(item);
        if (dropped > 0)
        {
            _metrics.Dropped("overflow", dropped);
            _warnings.Overflow();
            for (var i = 0; i < dropped; i++) _flushes.Dropped();
        }

        if (_queue.Holds(_options.MaxBatchSize, BatchBytes)) Wake();
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = _flushes.WaitAsync();
        Wake();
        await flushed.WaitAsync(cancellationToken);
    }

    /// <summary>Stops at once. What is still queued is counted as dropped; flush before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _loop;
        var rest = _queue.Take(new T[_options.MaxQueueSize]);
        if (rest > 0) Lost("shutdown", rest, "stopping");
        _sender.Dispose();
        _metrics.Dispose();
        _wake.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = new T[_options.MaxBatchSize];
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!_queue.Holds(_flushes.Pending ? 1 : batch.Length, BatchBytes))
                await IgnoreCancellation(_wake.WaitAsync(_options.ScheduleDelay < s_shortestWait ? s_shortestWait : _options.ScheduleDelay, cancellationToken));
            if (cancellationToken.IsCancellationRequested) return;
            var count = _queue.Take(batch, BatchBytes);
            if (count == 0) continue;
            try
            {
                await ExportAsync(batch.AsMemory(0, count), cancellationToken);
            }
#pragma warning disable CA1031 // The loop is a boundary: a fault of an encoder costs its batch, which is counted and reported, not the exporter.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Lost("error", count, fault.GetType().Name);
                _warnings.Fault(fault);
            }

            _flushes.Done(count);
            Array.Clear(batch, 0, count);
        }
    }

    private async Task ExportAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken)
    {
        var unsendable = Encode(items.Span);
        var unanswered = 0;
        while (true)
        {
            var result = unsendable ?? await AttemptAsync(cancellationToken);
            if (result.Outcome == SendOutcome.Accepted)
            {
                Accepted(items.Length, result);
                return;
            }

            if (result.Outcome == SendOutcome.TooLarge && items.Length > 1)
            {
                await ExportHalvesAsync(items, cancellationToken);
                return;
            }

            _metrics.Failed(result.Status);
            if (result.Outcome != SendOutcome.Retry)
            {
                Lost("rejected", items.Length, result.Status);
                _warnings.Rejected(result, items.Length);
                return;
            }

            var wait = _backOff.Next(result.RetryAfter);
            _warnings.Retrying(result, wait);
            await IgnoreCancellation(Task.Delay(wait, _time, cancellationToken));
            if (cancellationToken.IsCancellationRequested)
            {
                Lost("shutdown", items.Length, result.Status);
                return;
            }

            // A proxy may close the connection on a body that is too large for it, which looks like an outage. An outage must lose nothing, and smaller
            // requests lose nothing; what is small already goes on as it is.
            unanswered = result.Status is Connection or TimedOut ? unanswered + 1 : 0;
            if (unanswered < UnansweredBeforeHalving || items.Length == 1 || _writer.Length <= SmallRequest) continue;
            await ExportHalvesAsync(items, cancellationToken);
            return;
        }
    }

    private async Task ExportHalvesAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken)
    {
        await ExportAsync(items[..(items.Length / 2)], cancellationToken);
        await ExportAsync(items[(items.Length / 2)..], cancellationToken);
    }

    /// <summary>Encodes a request. What is surely too large is not even tried: the usual gRPC server takes 4 MiB, proxies often take less.</summary>
    /// <returns>Null when the request can be sent.</returns>
    private SendResult? Encode(ReadOnlySpan<T> items)
    {
        _writer.Clear();
        try
        {
            _encoder.Write(_writer, items);
        }
        catch (ProtobufTooLargeException fault)
        {
            return new(SendOutcome.TooLarge, TooLargeToEncode, Message: fault.Message);
        }

        return items.Length > 1 && _writer.Length > RequestLimit ? new(SendOutcome.TooLarge, TooLargeToEncode) : null;
    }

    private async Task<SendResult> AttemptAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_attemptLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _sender.SendAsync(_writer.Written, either.Token);
        }
        catch (OperationCanceledException)
        {
            return new(SendOutcome.Retry, cancellationToken.IsCancellationRequested ? "stopping" : TimedOut, Message: $"no answer within {_attemptLimit.TotalSeconds:0.###} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new(SendOutcome.Retry, Connection, Message: OtlpAnswers.Short(fault.Message));
        }
    }

    private void Accepted(int count, SendResult result)
    {
        _backOff.Reset();
        _metrics.Exported(count - Math.Min(result.RejectedItems, count));
        if (result.RejectedItems > 0)
        {
            _metrics.Dropped("rejected", Math.Min(result.RejectedItems, count));
            _warnings.Rejected(result with { Status = "partial success" }, result.RejectedItems);
        }

        _warnings.Accepted();
    }

    private void Lost(string reason, int count, string status)
    {
        _metrics.Dropped(reason, count);
        if (reason == "shutdown") _warnings.LeftBehind(count, status);
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another producer was faster; the loop is awake.
        }
        catch (ObjectDisposedException)
        {
            // An item that comes after the end; it is not exported.
        }
    }

    private static async Task IgnoreCancellation(Task wait) => await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Spans with prompts in them can hold hundreds of kilobytes each, so the number of items alone bounds nothing.</summary>
    private const long MaxQueuedBytes = 128 * 1024 * 1024;

    /// <summary>Memory of the items of one request. Text is UTF-16 here and UTF-8 there, so the request is about half of it, and never more than one and a half.</summary>
    private const long BatchBytes = RequestLimit;

    private const int RequestLimit = 4_000_000;

    /// <summary>Requests up to here are as small as the limits of usual proxies, so halving them would not help.</summary>
    private const int SmallRequest = 1_000_000;

    private const int UnansweredBeforeHalving = 3;
    private const string Connection = "connection", TimedOut = "timeout", TooLargeToEncode = "too_large";
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(1);
}

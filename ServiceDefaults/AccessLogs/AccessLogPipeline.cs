using System.Buffers;
using System.Threading.Channels;
using AiGateway.ServiceDefaults.AccessLogs;
using AiGateway.ServiceDefaults.Otlp;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// Access logs off the request path: a request fills a pooled entry and hands it over; one background loop renders and writes. When the loop cannot keep up, new
/// entries are dropped and counted; a request never waits.
/// </summary>
public sealed class AccessLogPipeline
{
    /// <summary>About four seconds of a busy gateway; an entry with 40 fields takes some 2 KB.</summary>
    private const int QueueSize = 8192;
    private const int PoolSize = 1024;
    private const int WriteSize = 64 * 1024;

    private readonly Channel<AccessLogEntry> _queue = Channel.CreateBounded<AccessLogEntry>(
        new BoundedChannelOptions(QueueSize) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Channel<AccessLogEntry> _pool = Channel.CreateBounded<AccessLogEntry>(PoolSize);
    private readonly Stream? _output;
    private readonly IReadOnlyList<OtlpExporter<byte[]>> _sinks;
    private readonly TelemetryMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Throttle _overflow, _fault;
    private readonly ArrayBufferWriter<byte> _buffer = new(2 * WriteSize);
    private readonly AccessLogJson _json;
    private readonly AccessLogOtlp _otlp = new();
    private readonly FlushWaiters _flushes = new();
    private int _unwritten;
    private Task _loop = Task.CompletedTask;

    internal AccessLogPipeline(Stream? output, IReadOnlyList<OtlpExporter<byte[]>> sinks, TelemetryMetrics metrics, ILogger logger, TimeProvider time)
    {
        _output = output;
        _sinks = sinks;
        _metrics = metrics;
        _logger = logger;
        _time = time;
        _overflow = new Throttle(time);
        _fault = new Throttle(time);
        _json = new AccessLogJson(_buffer);
    }

    /// <summary>False when access logs go nowhere; then a caller need not fill an entry.</summary>
    public bool IsEnabled => _output is not null || _sinks.Count > 0;

    /// <summary>An empty entry to fill. Give it to <see cref="TryWrite"/>; one that is not given back is left to the garbage collector.</summary>
    public AccessLogEntry Rent() => _pool.Reader.TryRead(out var entry) ? entry : new AccessLogEntry();

    /// <summary>Hands an entry over. Never waits.</summary>
    /// <returns>False when it was dropped, because the queue is full or access logs are off.</returns>
    public bool TryWrite(AccessLogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!IsEnabled)
        {
            Return(entry);
            return false;
        }

        if (entry.Timestamp == default) entry.Timestamp = _time.GetUtcNow();
        if (_queue.Writer.TryWrite(entry))
        {
            _flushes.Added();
            return true;
        }

        Return(entry);
        _metrics.AccessLogDropped("overflow", 1);
        if (_overflow.Allows()) TelemetryLog.AccessLogOverflow(_logger);
        return false;
    }

    /// <summary>Waits until everything handed over so far is on standard output and in the queues of the OTLP sinks.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _flushes.WaitAsync().WaitAsync(cancellationToken);

    /// <summary>Takes no more entries and writes the queued ones, unless standard output blocks longer than the token allows.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_loop.IsCompleted) _metrics.AccessLogDropped("shutdown", _queue.Reader.Count);
    }

    internal void Start()
    {
        using (ExecutionContext.SuppressFlow()) _loop = RunAsync();
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (_queue.Reader.TryRead(out var entry))
            {
                Render(entry);
                if (_buffer.WrittenCount >= WriteSize) await WriteOutAsync();
            }

            await WriteOutAsync();
        }
    }

    private void Render(AccessLogEntry entry)
    {
        if (_output is not null) _json.WriteLine(entry);
        if (_sinks.Count > 0)
        {
            var record = _otlp.Encode(entry);
            foreach (var sink in _sinks) sink.Add(record);
        }

        _unwritten++;
        Return(entry);
    }

    private async Task WriteOutAsync()
    {
        try
        {
            if (_output is not null && _buffer.WrittenCount > 0)
            {
                await _output.WriteAsync(_buffer.WrittenMemory);
                await _output.FlushAsync();
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // Nobody reads standard output any more; requests go on, and the loss is counted.
            _metrics.AccessLogDropped("write_error", _unwritten);
            if (_fault.Allows()) TelemetryLog.AccessLogFault(_logger, fault);
        }

        _buffer.ResetWrittenCount();
        _flushes.Done(_unwritten);
        _unwritten = 0;
    }

    private void Return(AccessLogEntry entry)
    {
        entry.Clear();
        _pool.Writer.TryWrite(entry);
    }
}

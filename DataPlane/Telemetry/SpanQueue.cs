using System.Diagnostics;
using System.Threading.Channels;
using AiGateway.DataPlane.Telemetry.GenAi;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>
/// Builds spans off the request path: a queue read by one loop, bounded in spans and in the bytes they hold. When there are too many spans the oldest is
/// given up, when there are too many bytes the newest; either is counted. A request never waits for it.
/// </summary>
public sealed class SpanQueue : IAsyncDisposable
{
    private readonly Channel<SpanWork> _channel;
    private readonly ISpanConvention _convention;
    private readonly Action<Exception> _failed;
    private readonly long _maxBytes;
    private readonly Task _loop;
    private long _dropped;
    private long _bytes;

    /// <param name="convention">Vocabulary of the spans.</param>
    /// <param name="capacity">Waiting spans at most.</param>
    /// <param name="maxBytes">Bytes of requests and answers that may wait with them.</param>
    /// <param name="failed">Told about a convention that threw, which is a bug.</param>
    public SpanQueue(ISpanConvention convention, int capacity, long maxBytes, Action<Exception> failed)
    {
        _convention = convention;
        _maxBytes = maxBytes;
        _failed = failed;
        _channel = Channel.CreateBounded<SpanWork>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, Dropped);
        _loop = RunAsync();
    }

    /// <summary>The queue of a process: its variables choose the vocabulary, its metrics count what is given up.</summary>
    /// <param name="environment">Looks up a variable.</param>
    /// <param name="metrics">Instruments of the process.</param>
    /// <param name="warn">Takes one sentence per ignored value.</param>
    /// <param name="failed">Told about a convention that threw, which is a bug.</param>
    /// <exception cref="FormatException">The vocabulary is unknown.</exception>
    public static SpanQueue FromEnvironment(Func<string, string?> environment, GatewayMetrics metrics, Action<string> warn, Action<Exception> failed)
    {
        var queue = new SpanQueue(SpanConventions.FromEnvironment(environment, warn, metrics.SpanAttributesDropped), capacity: 2048, maxBytes: 64 * 1024 * 1024, failed);
        metrics.ObserveDroppedSpans(() => queue.DroppedCount);
        return queue;
    }

    /// <summary>Spans given up because the queue was full.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>Hands over a finished exchange. The queue owns <paramref name="work"/> from here on.</summary>
    public void Enqueue(SpanWork work)
    {
        if (Interlocked.Add(ref _bytes, work.Bytes) > _maxBytes && work.Bytes > 0) Dropped(work);
        else if (!_channel.Writer.TryWrite(work)) Dropped(work);
    }

    /// <summary>Takes no more and finishes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        await foreach (var work in _channel.Reader.ReadAllAsync())
        {
            using (work)
            {
                Interlocked.Add(ref _bytes, -work.Bytes);
                try
                {
                    Apply(_convention.Build(work.Capture), work);
                }
                catch (Exception exception) // background loop: one broken span must not end the others
                {
                    _failed(exception);
                }
            }
        }
    }

    private static void Apply(SpanRecord record, SpanWork work)
    {
        var activity = work.Activity;
        activity.DisplayName = record.Name;
        foreach (var (key, value) in record.Attributes) activity.AddTag(key, value);
        foreach (var happened in record.Events)
        {
            activity.AddEvent(new ActivityEvent(happened.Name, happened.At ?? work.EndedAt, [.. happened.Attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (object?)attribute.Value))]));
        }

        activity.SetStatus(record.Status, record.StatusDescription);
        activity.SetEndTime(work.EndedAt.UtcDateTime);
        activity.Stop();
    }

    private void Dropped(SpanWork work)
    {
        Interlocked.Increment(ref _dropped);
        Interlocked.Add(ref _bytes, -work.Bytes);
        work.Dispose();
    }
}

using System.Diagnostics;
using System.Threading.Channels;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>
/// Builds spans off the request path: a bounded queue read by one loop. When it is full the oldest waiting span is given up and counted; a request
/// never waits for it.
/// </summary>
public sealed class SpanQueue : IAsyncDisposable
{
    private readonly Channel<SpanWork> _channel;
    private readonly ISpanConvention _convention;
    private readonly Action<Exception> _failed;
    private readonly Task _loop;
    private long _dropped;

    /// <param name="convention">Vocabulary of the spans.</param>
    /// <param name="capacity">Waiting spans at most.</param>
    /// <param name="failed">Told about a convention that threw, which is a bug.</param>
    public SpanQueue(ISpanConvention convention, int capacity, Action<Exception> failed)
    {
        _convention = convention;
        _failed = failed;
        _channel = Channel.CreateBounded<SpanWork>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, Dropped);
        _loop = RunAsync();
    }

    /// <summary>Spans given up because the queue was full.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>Hands over a finished exchange. The queue owns <paramref name="work"/> from here on.</summary>
    public void Enqueue(SpanWork work)
    {
        if (!_channel.Writer.TryWrite(work)) Dropped(work);
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
        work.Dispose();
    }
}

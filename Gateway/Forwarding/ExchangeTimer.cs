using System.Collections.Concurrent;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Why an exchange was told to stop.</summary>
internal enum StopReason
{
    None,
    ClientGone,
    Idle,
    Deadline,
    Shutdown,
    ProcessorLost,
}

/// <summary>
/// One cancellation source per exchange for everything that may end it: client gone, silence, total time, shutdown. Remembers who it was. Re-arming on
/// every chunk would cost a timer change each; the timer is moved only when an eighth of the idle time has passed, so an idle limit is kept to 12 %.
/// </summary>
internal sealed class ExchangeTimer : IDisposable
{
    private static readonly ConcurrentQueue<CancellationTokenSource> s_pool = new();
    private static readonly CancellationTokenSource s_spent = new();

    private const int Over = -1;

    private readonly TimeProvider _time;
    private readonly bool _pooled;
    private CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _client;
    private readonly CancellationTokenRegistration _shutdown;
    private long _deadline = long.MaxValue; // timestamp
    private long _armedAt;
    private TimeSpan _idle;
    private bool _deadlineFirst;
    private int _reason;

    /// <param name="time">Clock.</param>
    /// <param name="clientGone">The client's connection.</param>
    /// <param name="shutdown">End of the drain time.</param>
    public ExchangeTimer(TimeProvider time, CancellationToken clientGone, CancellationToken shutdown)
    {
        _time = time;
        _pooled = ReferenceEquals(time, TimeProvider.System);
        _source = _pooled && s_pool.TryDequeue(out var pooled) ? pooled : new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _client = clientGone.UnsafeRegister(static state => ((ExchangeTimer)state!).Stop(StopReason.ClientGone), this);
        _shutdown = shutdown.UnsafeRegister(static state => ((ExchangeTimer)state!).Stop(StopReason.Shutdown), this);
    }

    /// <summary>For every wait of the exchange.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Who cancelled <see cref="Token"/>.</summary>
    public StopReason Reason => _reason != 0 ? (StopReason)_reason : !_source.IsCancellationRequested ? StopReason.None : _deadlineFirst ? StopReason.Deadline : StopReason.Idle;

    /// <summary>Sets limits for what follows.</summary>
    /// <param name="total">From now on; null is unlimited.</param>
    /// <param name="idle">Longest silence.</param>
    public void Limit(TimeSpan? total, TimeSpan idle)
    {
        _deadline = total is { } limit ? _time.GetTimestamp() + (long)(limit.TotalSeconds * _time.TimestampFrequency) : long.MaxValue;
        _idle = idle;
        _armedAt = 0;
        Touch();
    }

    /// <summary>Changes the idle limit and keeps the deadline.</summary>
    public void Limit(TimeSpan idle)
    {
        _idle = idle;
        _armedAt = 0;
        Touch();
    }

    /// <summary>Something moved: the silence starts anew.</summary>
    public void Touch()
    {
        var now = _time.GetTimestamp();
        if (_armedAt != 0 && _time.GetElapsedTime(_armedAt, now) < _idle / 8) return;
        _armedAt = now;
        var wait = _idle;
        _deadlineFirst = false;
        if (_deadline != long.MaxValue && _time.GetElapsedTime(now, _deadline) is var left && left <= wait)
        {
            wait = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            _deadlineFirst = true;
        }

        _source.CancelAfter(wait);
    }

    /// <summary>After silence ended an attempt: a fresh token for the next one, under the same deadline.</summary>
    /// <returns>False when something else ended it.</returns>
    public bool TryRecover()
    {
        if (Reason != StopReason.Idle) return false;
        // The spent source is not disposed: a client that leaves at this moment may be about to cancel it. Its timer has fired, so it holds nothing.
        _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        _armedAt = 0;
        Touch();
        if (_reason != 0) _source.Cancel(); // stopped in between
        return true;
    }

    /// <summary>An external processor that must see the answer is gone: there is no use in waiting for one.</summary>
    public void Abandon() => Stop(StopReason.ProcessorLost);

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        _shutdown.Dispose();
        if (Interlocked.CompareExchange(ref _reason, Over, 0) == (int)StopReason.ProcessorLost) return; // whoever abandons it may be about to cancel the source
        if (_pooled && _source.TryReset()) s_pool.Enqueue(_source);
        else _source.Dispose();
        _source = s_spent;
    }

    private void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, 0) == 0) _source.Cancel();
    }
}

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>One token for everything that can end a call early, and the knowledge whether it was the deadline.</summary>
internal sealed class CallLifetime : IDisposable
{
    private const int Running = 0, Ended = 1, EndedByDeadline = 2;

    // Longer than what a timer takes is longer than any call lives.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    // Never disposed: it has neither timer nor wait handle, and a late end must find it usable.
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _outside;
    private readonly ITimer? _timer;
    private int _state = Running;

    /// <param name="limit">Time the call may take; null when nobody set one.</param>
    /// <param name="time">Clock.</param>
    /// <param name="outside">Ends the call: the connection on a server, the caller's wish on a client.</param>
    public CallLifetime(TimeSpan? limit, TimeProvider time, CancellationToken outside)
    {
        if (limit <= s_longestTimer) _timer = time.CreateTimer(static call => ((CallLifetime)call!).End(EndedByDeadline), this, limit.Value, Timeout.InfiniteTimeSpan);
        _outside = outside.UnsafeRegister(static call => ((CallLifetime)call!).End(Ended), this);
    }

    /// <summary>Cancelled once the call is over before its time.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The deadline was what ended it.</summary>
    public bool DeadlineExceeded => Volatile.Read(ref _state) == EndedByDeadline;

    /// <summary>Ends the call now; what ended it first is remembered.</summary>
    public void End() => End(Ended);

    public void Dispose()
    {
        _timer?.Dispose();
        _outside.Dispose();
    }

    private void End(int how)
    {
        if (Interlocked.CompareExchange(ref _state, how, Running) == Running) _source.Cancel();
    }
}

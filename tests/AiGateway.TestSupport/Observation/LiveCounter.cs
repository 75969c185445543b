namespace AiGateway.TestSupport.Observation;

/// <summary>Counts things that must be gone in the end: exchanges, readers, tasks a test started.</summary>
public sealed class LiveCounter
{
    private readonly ChangeSignal _changed = new();
    private int _current;
    private int _highest;

    public int Current => Volatile.Read(ref _current);

    /// <summary>The most that were alive at once.</summary>
    public int Highest => Volatile.Read(ref _highest);

    /// <summary>One more; dispose the result when it is gone.</summary>
    public IDisposable Enter()
    {
        var now = Interlocked.Increment(ref _current);
        int seen;
        while (now > (seen = Volatile.Read(ref _highest)) && Interlocked.CompareExchange(ref _highest, now, seen) != seen)
        {
        }

        _changed.Pulse();
        return new Member(this);
    }

    public Task WaitForAsync(int count, CancellationToken cancellationToken) =>
        _changed.WaitUntilAsync(() => Current == count, cancellationToken);

    private sealed class Member(LiveCounter owner) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0)
                return;
            Interlocked.Decrement(ref owner._current);
            owner._changed.Pulse();
        }
    }
}

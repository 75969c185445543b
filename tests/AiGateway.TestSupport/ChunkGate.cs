namespace AiGateway.TestSupport;

/// <summary>Lets a counted number of chunks through. Closed at first; the test opens it chunk by chunk or for good.</summary>
public sealed class ChunkGate
{
    private readonly Lock _lock = new();
    private readonly ChangeSignal _changed = new();
    private long _allowed;
    private long _waiting;

    /// <summary>Chunks that have passed.</summary>
    public long Passed { get; private set; }

    /// <summary>Lets <paramref name="chunks"/> more through.</summary>
    public void Release(int chunks = 1)
    {
        lock (_lock)
            _allowed += chunks;
        _changed.Pulse();
    }

    /// <summary>Lets everything through from now on.</summary>
    public void Open()
    {
        lock (_lock)
            _allowed = long.MaxValue;
        _changed.Pulse();
    }

    /// <summary>Controlled side: waits for its turn.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        _changed.Pulse();
        try
        {
            await _changed.WaitUntilAsync(TryPass, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Test side: waits until a chunk stands before the closed gate, so everything released so far has been written.</summary>
    public Task WaitUntilBlockedAsync(CancellationToken cancellationToken) => _changed.WaitUntilAsync(
        () =>
        {
            lock (_lock)
                return Passed >= _allowed && Interlocked.Read(ref _waiting) > 0;
        },
        cancellationToken);

    private bool TryPass()
    {
        lock (_lock)
        {
            if (Passed >= _allowed)
                return false;
            Passed++;
            return true;
        }
    }
}

namespace AiGateway.DataPlane.Exchanges;

/// <summary>Counts running exchanges and lets a shutdown wait for them.</summary>
public sealed class DrainState : IDisposable
{
    private readonly CancellationTokenSource _expired = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private volatile bool _draining;

    /// <summary>New requests are refused.</summary>
    public bool IsDraining => _draining;

    /// <summary>Running exchanges.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Cancelled when running exchanges have to end.</summary>
    public CancellationToken Expired => _expired.Token;

    /// <summary>Counts an exchange until the result is disposed.</summary>
    public Lease Enter()
    {
        Interlocked.Increment(ref _running);
        return new Lease(this);
    }

    /// <summary>Refuses new requests and waits for running ones; those left after the time are ended.</summary>
    /// <param name="limit">How long they get.</param>
    /// <param name="time">Clock.</param>
    /// <param name="now">Cancelled to end them at once.</param>
    public async Task DrainAsync(TimeSpan limit, TimeProvider time, CancellationToken now)
    {
        _draining = true;
        if (Running == 0) _empty.TrySetResult();
        try
        {
            await _empty.Task.WaitAsync(limit, time, now);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            await _expired.CancelAsync();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _expired.Dispose();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _draining) _empty.TrySetResult();
    }

    /// <summary>One running exchange.</summary>
    public readonly struct Lease(DrainState state) : IDisposable
    {
        /// <inheritdoc />
        public void Dispose() => state.Leave();
    }
}

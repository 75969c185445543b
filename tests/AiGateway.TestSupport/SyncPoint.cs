namespace AiGateway.TestSupport;

/// <summary>A place where the controlled side stops until the test says go on. Orders two sides without sleeping.</summary>
public sealed class SyncPoint
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once somebody stands at the point, or has passed it.</summary>
    public bool IsReached => _reached.Task.IsCompleted;

    /// <summary>Test side: waits until the controlled side has arrived.</summary>
    public Task WaitUntilReachedAsync(CancellationToken cancellationToken) => _reached.Task.WaitAsync(cancellationToken);

    /// <summary>Test side: lets everybody pass, now and later.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Controlled side: says that it is here and waits for <see cref="Release"/>.</summary>
    public Task ArriveAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken);
    }
}

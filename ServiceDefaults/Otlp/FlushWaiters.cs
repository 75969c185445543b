namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Counts items in and out, so that a flush waits for exactly the items that were there when it was asked for.</summary>
internal sealed class FlushWaiters
{
    private readonly Lock _lock = new();
    private readonly List<(long Target, TaskCompletionSource Source)> _waiters = [];
    private long _added;
    private long _done;
    private int _dropped;

    public bool Pending
    {
        get
        {
            lock (_lock) return _waiters.Count > 0;
        }
    }

    public void Added() => Interlocked.Increment(ref _added);

    /// <summary>One waiting item gave way. It counts when the batch before it is done, so that a flush does not overtake that batch.</summary>
    public void Dropped() => Interlocked.Increment(ref _dropped);

    /// <summary>The oldest items are done with, delivered or not.</summary>
    public void Done(int count)
    {
        lock (_lock)
        {
            _done += count + Interlocked.Exchange(ref _dropped, 0);
            for (var index = _waiters.Count - 1; index >= 0; index--)
            {
                if (_waiters[index].Target > _done) continue;
                _waiters[index].Source.SetResult();
                _waiters.RemoveAt(index);
            }
        }
    }

    public Task WaitAsync()
    {
        lock (_lock)
        {
            var target = Interlocked.Read(ref _added);
            if (target <= _done) return Task.CompletedTask;
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((target, source));
            return source.Task;
        }
    }
}

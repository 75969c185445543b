namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Counts items in and out, so that a flush waits for exactly the items that were there when it was asked for.</summary>
internal sealed class FlushWaiters
{
    private readonly Lock _lock = new();
    private readonly List<(long Target, TaskCompletionSource Source)> _waiters = [];
    private long _added;
    private long _done;

    public bool Pending
    {
        get
        {
            lock (_lock) return _waiters.Count > 0;
        }
    }

    public void Added() => Interlocked.Increment(ref _added);

    /// <summary>Items leave in the order in which they came, delivered or dropped.</summary>
    public void Done(int count)
    {
        lock (_lock)
        {
            _done += count;
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

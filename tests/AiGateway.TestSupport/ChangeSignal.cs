namespace AiGateway.TestSupport;

/// <summary>Waits for a condition over shared state without polling: whoever changes the state pulses.</summary>
public sealed class ChangeSignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Call after every change; wakes all waiters to look again.</summary>
    public void Pulse() => Interlocked.Exchange(ref _next, NewSource()).TrySetResult();

    /// <summary>Returns when <paramref name="condition"/> holds.</summary>
    public async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before looking: a change in between completes this very task.
            var changed = Volatile.Read(ref _next).Task;
            if (condition())
                return;
            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace AiGateway.Cli.Tests.Support;

/// <summary>A clock on which no wait ever ends; it tells when one began and when it was given up.</summary>
internal sealed class StandingTime : TimeProvider
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when something waits.</summary>
    public Task Waiting => _waiting.Task;

    /// <summary>Done when the wait was given up.</summary>
    public Task GivenUp => _givenUp.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waiting.TrySetResult();
        return new Standing(_givenUp);
    }

    private sealed class Standing(TaskCompletionSource givenUp) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => givenUp.TrySetResult();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

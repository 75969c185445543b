using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>Asks another process until it has the answer: the only way where it cannot tell us.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    /// <param name="ask">Gives null while there is no answer.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="cancellationToken">The test's limit.</param>
    /// <exception cref="ExpectationException">The limit was reached first.</exception>
    public static async Task<T> GetAsync<T>(Func<CancellationToken, Task<T?>> ask, Func<string> what, CancellationToken cancellationToken)
        where T : class
    {
        using var timer = new PeriodicTimer(s_interval);
        try
        {
            while (true)
            {
                if (await ask(cancellationToken) is { } answer) return answer;
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new ExpectationException($"Waited in vain for {what()}.");
        }
    }

    /// <inheritdoc cref="GetAsync{T}"/>
    public static Task<T> GetAsync<T>(Func<T?> ask, Func<string> what, CancellationToken cancellationToken)
        where T : class => GetAsync(_ => Task.FromResult(ask()), what, cancellationToken);
}

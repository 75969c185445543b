using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>The retry block of a BackendTrafficPolicy to the data plane's conditions.</summary>
internal static class RetryCompiler
{
    private const int BackOffFactor = 10;

    private static readonly TimeSpan s_backOffBase = TimeSpan.FromMilliseconds(25);

    public static RetrySpec? Compile(RetrySettings? retry)
    {
        if (retry is null) return null;
        var triggers = retry.RetryOn?.Triggers ?? [];
        // Without retryOn the peer retries what cannot have been processed, and 503.
        var isDefault = retry.RetryOn is null || (triggers.Count == 0 && retry.RetryOn.HttpStatusCodes.Count == 0);
        var codes = new SortedSet<int>(retry.RetryOn?.HttpStatusCodes ?? []);
        if (isDefault) codes.Add(503);
        if (triggers.Contains("5xx")) codes.UnionWith(Enumerable.Range(500, 100));
        if (triggers.Contains("gateway-error")) codes.UnionWith([502, 503, 504]);
        if (triggers.Contains("retriable-4xx")) codes.Add(409);
        var anyFailure = triggers.Contains("5xx") || triggers.Contains("gateway-error");
        var backOffBase = retry.BackOffBase ?? s_backOffBase;
        return new RetrySpec
        {
            NumRetries = retry.NumRetries,
            NumAttemptsPerPriority = retry.NumAttemptsPerPriority,
            // A refused stream was not processed either: the same class of failure as no connection.
            OnConnectFailure = isDefault || anyFailure || triggers.Contains("connect-failure") || triggers.Contains("refused-stream"),
            OnReset = anyFailure || triggers.Contains("reset") || triggers.Contains("reset-before-request"),
            StatusCodes = [.. codes],
            PerTryTimeout = Timeouts.OrNone(retry.PerTryTimeout),
            BackOffBase = backOffBase,
            BackOffMax = retry.BackOffMax ?? backOffBase * BackOffFactor,
        };
    }
}

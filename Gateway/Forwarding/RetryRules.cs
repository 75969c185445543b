using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Errors;

namespace AiGateway.Gateway.Forwarding;

/// <summary>What may be tried again before the first byte went to the client.</summary>
internal static class RetryRules
{
    /// <summary>Whether an answer with this status is given up in favour of another attempt. Without a policy: overload and server errors.</summary>
    public static bool Repeats(RetrySpec? retry, int status) => retry is null ? status is 429 or >= 500 : retry.StatusCodes.Contains(status);

    /// <summary>Whether this failure may be repeated.</summary>
    public static bool Repeats(RetrySpec? retry, GatewayError error)
    {
        if (!error.Retryable || error == GatewayError.Draining) return false;
        if (retry is null) return true;
        return error == GatewayError.UpstreamUnreachable ? retry.OnConnectFailure : retry.OnReset;
    }

    /// <summary>Pause before a repetition: doubled each time, jittered over the upper half; none without a policy, which goes on to other backends only.</summary>
    /// <param name="retry">Policy.</param>
    /// <param name="repetition">1 for the first.</param>
    public static TimeSpan Pause(RetrySpec? retry, int repetition)
    {
        if (retry is null) return TimeSpan.Zero;
        var longest = Math.Min(retry.BackOffMax.TotalMilliseconds, retry.BackOffBase.TotalMilliseconds * Math.Pow(2, Math.Min(repetition - 1, 20)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}

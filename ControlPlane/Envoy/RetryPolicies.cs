using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>
/// Fallback as Envoy's retries. Every attempt passes the service again, which starts from the client's own request, so attempts may speak different schemas.
/// </summary>
internal static class RetryPolicies
{
    /// <summary>How often Envoy draws anew when it has drawn an endpoint that was tried before.</summary>
    private const int Redraws = 10;

    private static readonly TimeSpan s_noPause = TimeSpan.FromMilliseconds(1); // Envoy has no smaller one

    /// <summary>Every server error there is.</summary>
    private static readonly IReadOnlyList<int> s_serverErrors = [.. Enumerable.Range(500, 100)];

    /// <summary>The policy of a rule; null when there is one attempt without any limit.</summary>
    public static JsonObject? For(RuleSpec rule, RuleTargets targets)
    {
        // Without a policy every usable backend gets one attempt (docs/decisions/0008-default-fallback.md).
        var retry = rule.Retry ?? new RetrySpec
        {
            NumRetries = targets.Backends - 1,
            OnReset = true,
            StatusCodes = [429, .. s_serverErrors],
            BackOffBase = s_noPause,
            BackOffMax = s_noPause,
        };
        var policy = new JsonObject();
        if (retry.NumRetries > 0) AddRetries(policy, retry, targets);
        policy.Set("per_try_timeout", Shorter(retry.PerTryTimeout, rule.BackendRequestTimeout)).Set("per_try_idle_timeout", rule.StreamIdleTimeout);
        return policy.Count > 0 ? policy : null;
    }

    private static void AddRetries(JsonObject policy, RetrySpec retry, RuleTargets targets)
    {
        var codes = retry.StatusCodes;
        var triggers = new List<string>();
        if (retry.OnConnectFailure) triggers.AddRange(["connect-failure", "refused-stream"]);
        if (retry.OnReset) triggers.Add("reset");
        if (retry is { OnConnectFailure: true, OnReset: true } && s_serverErrors.All(codes.Contains))
        {
            triggers.Add("5xx"); // says the same as a hundred codes
            codes = [.. codes.Where(static code => code is < 500 or > 599)];
        }

        if (codes.Count > 0) triggers.Add("retriable-status-codes");
        policy["retry_on"] = string.Join(',', triggers);
        if (codes.Count > 0) policy["retriable_status_codes"] = Protobuf.Array(codes.Select(static code => (JsonNode)JsonValue.Create(code)));
        policy["num_retries"] = retry.NumRetries;
        policy["retry_back_off"] = new JsonObject
        {
            ["base_interval"] = Protobuf.Duration(retry.BackOffBase > s_noPause ? retry.BackOffBase : s_noPause),
            ["max_interval"] = Protobuf.Duration(retry.BackOffMax > retry.BackOffBase ? retry.BackOffMax : retry.BackOffBase > s_noPause ? retry.BackOffBase : s_noPause),
        };
        if (targets.Backends > 1)
        {
            policy["retry_host_predicate"] = new JsonArray(Protobuf.Extension("envoy.retry_host_predicates.previous_hosts", new JsonObject
            {
                ["@type"] = Protobuf.Type("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
            }));
            policy["host_selection_retry_max_attempts"] = Redraws;
        }

        if (targets.Priorities > 1)
        {
            policy["retry_priority"] = Protobuf.Extension("envoy.retry_priorities.previous_priorities", new JsonObject
            {
                ["@type"] = Protobuf.Type("envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"),
                // After so many attempts Envoy goes on to the next priority; unless the operator said, when each backend of the first had its turn.
                ["update_frequency"] = retry.NumAttemptsPerPriority ?? targets.FirstBackends,
            });
        }
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;
}

using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Rules of HTTPRoute that concern more than one field.</summary>
internal static class HttpRouteRules
{
    private const int MaxMatches = 128;

    public static void Check(HttpRoute route, FindingCollector findings)
    {
        if (route.Rules.Sum(static rule => rule.Matches.Count) > MaxMatches)
            findings.Error(
                route.Document, "spec.rules", "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128");
        for (var i = 0; i < route.Rules.Count; i++)
        {
            var rule = route.Rules[i];
            if (rule.Timeouts is { Request: { Ticks: > 0 } request, BackendRequest: { } backend } && backend > request)
                findings.Error(route.Document, $"spec.rules[{i}].timeouts", "backendRequest timeout cannot be longer than request timeout");
            if (rule.BackendRefs.Count == 0)
                findings.Warning(
                    route.Document, $"spec.rules[{i}]", "the rule has no backendRefs and is not served", "name a Backend or a Service");
        }
    }
}

using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Rules of AIGatewayRoute that concern more than one field.</summary>
internal static class AIGatewayRouteRules
{
    public static void Check(AIGatewayRoute route, FindingCollector findings)
    {
        if (route.ParentRefs.Any(static parent => parent.Kind != "Gateway"))
            findings.Error(route.Document, "spec.parentRefs", "only Gateway is supported");
        var names = route.Rules.Where(static rule => rule.Name is not null).GroupBy(static rule => rule.Name, StringComparer.Ordinal);
        foreach (var repeated in names.Where(static group => group.Skip(1).Any()))
            findings.Error(
                route.Document, "spec.rules", "rule name must be unique within the route", $"\"{repeated.Key}\" is used {repeated.Count()} times");
        for (var i = 0; i < route.Rules.Count; i++) CheckRule(route, route.Rules[i], $"spec.rules[{i}]", findings);
    }

    private static void CheckRule(AIGatewayRoute route, AIGatewayRouteRule rule, string path, FindingCollector findings)
    {
        if (rule.Name == "route-not-found") findings.Error(route.Document, path, "rule name route-not-found is reserved", "choose another name");
        var typed = rule.BackendRefs.Count(static reference => reference.Group is not null && reference.Kind is not null);
        var untyped = rule.BackendRefs.Count(static reference => reference.Group is null && reference.Kind is null);
        if (typed != rule.BackendRefs.Count && untyped != rule.BackendRefs.Count)
            findings.Error(route.Document, path, "cannot mix InferencePool and AIServiceBackend references in the same rule");
        if (typed > 0 && rule.BackendRefs.Count != 1) findings.Error(route.Document, path, "only one InferencePool backend is allowed per rule");
        if (rule.Timeouts is { Request: { Ticks: > 0 } request, BackendRequest: { } backend } && backend > request)
            findings.Error(route.Document, $"{path}.timeouts", "backendRequest timeout cannot be longer than request timeout");
        if (rule.BackendRefs.Count == 0)
            findings.Warning(
                route.Document, path, "the rule has no backendRefs, its requests are answered with an error", "name at least one AIServiceBackend");
        else if (rule.BackendRefs.All(static reference => reference.Weight == 0))
            findings.Warning(
                route.Document, $"{path}.backendRefs", "every weight is 0, no backend receives traffic", "give one of them a weight above 0");

        for (var j = 0; j < rule.BackendRefs.Count; j++)
        {
            var reference = rule.BackendRefs[j];
            var at = $"{path}.backendRefs[{j}]";
            if (reference.Group is null != reference.Kind is null)
                findings.Error(route.Document, at, "group and kind must be specified together");
            if (reference.Group is not null && !reference.IsInferencePool)
                findings.Error(
                    route.Document, at, "only InferencePool from inference.networking.k8s.io group is supported", "leave out group and kind for an AIServiceBackend");
        }
    }
}

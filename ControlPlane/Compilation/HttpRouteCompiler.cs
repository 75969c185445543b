using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>HTTPRoutes to plain rules.</summary>
internal sealed class HttpRouteCompiler(CompilationContext context, RouteAttachment attachment, PoolCompiler pools, BackendTraffic traffic)
{
    public IReadOnlyList<HttpRouteSpec> Compile()
    {
        var result = new List<HttpRouteSpec>();
        foreach (var route in context.Store.All<HttpRoute>())
        {
            if (route.Document.HasErrors) continue;
            var attached = attachment.Attach(route.Document, route.ParentRefs, route.Hostnames);
            for (var i = 0; i < route.Rules.Count; i++)
            {
                var targets = Targets(route, i, attached);
                if (targets.Count == 0 || attached.Listeners.Count == 0) continue;
                for (var j = 0; j < route.Rules[i].Matches.Count; j++) result.Add(Rule(route, i, j, targets, attached));
            }
        }

        return result;
    }

    private List<WeightedPoolSpec> Targets(HttpRoute route, int rule, Attached attached)
    {
        var policy = traffic.For(route.Key, null, attached);
        var targets = new List<WeightedPoolSpec>();
        for (var i = 0; i < route.Rules[rule].BackendRefs.Count; i++)
        {
            var reference = route.Rules[rule].BackendRefs[i];
            if (pools.Resolve(route.Document, reference.Target, $"spec.rules[{rule}].backendRefs[{i}].name").Spec is not { } pool) continue;
            targets.Add(new WeightedPoolSpec(pool.Name, reference.Weight));
            if (policy?.ConnectTimeout is { } connect) pools.SetConnectTimeout(pool.Name, connect, policy);
        }

        return targets;
    }

    private HttpRouteSpec Rule(HttpRoute route, int rule, int match, IReadOnlyList<WeightedPoolSpec> targets, Attached attached)
    {
        var condition = route.Rules[rule].Matches[match];
        var policy = traffic.For(route.Key, null, attached);
        return new HttpRouteSpec
        {
            Name = $"{route.Key}/rule/{rule}/match/{match}",
            Listeners = attached.Listeners,
            Hostnames = [.. route.Hostnames.Select(static host => host.ToLowerInvariant())],
            Path = condition.Path,
            ExactPath = condition.PathType == "Exact",
            Method = condition.Method,
            Headers = RouteCompiler.Headers(condition.Headers),
            Pools = targets,
            RequestTimeout = Timeouts.OrNone(route.Rules[rule].Timeouts?.Request ?? policy?.RequestTimeout),
            StreamIdleTimeout = Timeouts.OrNone(policy?.StreamIdleTimeout),
        };
    }
}

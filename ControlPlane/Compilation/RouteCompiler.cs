using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>AIGatewayRoutes to routes and their backends.</summary>
internal sealed class RouteCompiler(
    CompilationContext context, RouteAttachment attachment, BackendCompiler backends, PoolCompiler pools, BackendTraffic traffic, ProcessorCompiler processors)
{
    private static readonly TimeSpan s_defaultRequestTimeout = TimeSpan.FromSeconds(60);

    private readonly List<BackendSpec> _backends = [];

    public IReadOnlyList<BackendSpec> Backends => _backends;

    public IReadOnlyList<RouteSpec> Compile()
    {
        var routes = new List<RouteSpec>();
        foreach (var route in context.Store.All<AIGatewayRoute>())
        {
            if (route.Document.HasErrors) continue;
            var attached = attachment.Attach(route.Document, route.ParentRefs, route.Hostnames);
            // Compiled even when it is attached nowhere, so that all of its mistakes show at once.
            var rules = route.Rules.Select((_, index) => Rule(route, index, attached)).ToList();
            var costs = CostCompiler.Compile(context, route.Document, "spec.llmRequestCosts", route.Costs);
            if (attached.Listeners.Count == 0)
            {
                _backends.RemoveAll(backend => rules.Exists(rule => rule.BackendRefs.Any(reference => reference.Backend == backend.Name)));
                continue;
            }

            routes.Add(new RouteSpec
            {
                Name = route.Key,
                Listeners = attached.Listeners,
                Hostnames = [.. route.Hostnames.Select(static host => host.ToLowerInvariant())],
                Rules = rules,
                Processors = processors.For(route.Key, attached),
                Costs = costs,
            });
        }

        return routes;
    }

    private RuleSpec Rule(AIGatewayRoute route, int index, Attached attached)
    {
        var rule = route.Rules[index];
        var policy = traffic.For(route.Key, rule.Name, attached);
        var references = new List<BackendRefSpec>();
        for (var i = 0; i < rule.BackendRefs.Count; i++)
        {
            var backend = backends.For(route, index, i);
            _backends.Add(backend);
            references.Add(new BackendRefSpec(backend.Name, rule.BackendRefs[i].Weight, rule.BackendRefs[i].Priority));
            if (policy?.ConnectTimeout is { } connect) pools.SetConnectTimeout(backend.Pool, connect, policy);
        }

        return new RuleSpec
        {
            Name = rule.Name,
            Matches = [.. rule.Matches.Select(static match => new MatchSpec { Headers = Headers(match.Headers) })],
            BackendRefs = references,
            RequestTimeout = Timeouts.OrNone(rule.Timeouts?.Request ?? policy?.RequestTimeout ?? s_defaultRequestTimeout),
            BackendRequestTimeout = Timeouts.OrNone(rule.Timeouts?.BackendRequest),
            StreamIdleTimeout = Timeouts.OrNone(rule.StreamIdleTimeout ?? policy?.StreamIdleTimeout),
            Retry = RetryCompiler.Compile(policy?.Retry),
            ModelsOwnedBy = string.IsNullOrEmpty(rule.ModelsOwnedBy) ? "Envoy AI Gateway" : rule.ModelsOwnedBy,
            ModelsCreatedAt = rule.ModelsCreatedAt ?? route.Document.CreationTimestamp ?? context.Options.LoadTime,
        };
    }

    internal static IReadOnlyList<HeaderMatchSpec> Headers(IReadOnlyList<HeaderMatch> headers) =>
        [.. headers.Select(static header => new HeaderMatchSpec(header.Name.ToLowerInvariant(), header.Value, header.IsRegex))];
}

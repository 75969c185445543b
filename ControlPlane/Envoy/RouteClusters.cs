using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The clusters of all routes: one per AI rule, so that Envoy can fall back inside it, and one per pool of plain routes.</summary>
internal sealed class RouteClusters
{
    private readonly Dictionary<(string Route, int Rule), RuleTargets> _rules = [];
    private readonly Dictionary<string, JsonObject> _clusters = new(StringComparer.Ordinal);
    private readonly List<(ProcessorSpec Spec, JsonObject Filter)> _processors = [];
    private readonly List<Finding> _findings = [];

    public RouteClusters(GatewaySnapshot snapshot, EnvoyOptions options)
    {
        var pools = snapshot.Pools.ToDictionary(static pool => pool.Name, StringComparer.Ordinal);
        var backends = snapshot.Backends.ToDictionary(static backend => backend.Name, StringComparer.Ordinal);
        var tls = new UpstreamTls(options.SystemTrustFile);
        var listeners = snapshot.Listeners.Select(static listener => listener.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var route in snapshot.Routes.Where(route => route.Listeners.Any(listeners.Contains)))
        {
            NeedExtProc = true;
            for (var i = 0; i < route.Rules.Count; i++) AddRule(route, i, backends, pools, tls);
        }

        foreach (var processor in snapshot.Processors)
        {
            var name = ProcessorFilters.ClusterOf(processor.Name);
            _clusters[name] = Cluster.Build(name, [new ClusterTarget(pools[processor.Pool], 1, 0, null)], tls);
            if (processor.Request is { Body: not ProcessorBodyMode.None }) _findings.Add(BodiesStay(processor));
            _processors.Add((processor, ProcessorFilters.Filter(processor, pools[processor.Pool])));
        }

        foreach (var pool in snapshot.HttpRoutes.SelectMany(static route => route.Pools).Where(static pool => pool.Weight > 0).Select(static pool => pool.Pool))
            _clusters.TryAdd(NameOf(pool), Cluster.Build(NameOf(pool), [new ClusterTarget(pools[pool], 1, 0, null)], tls));
    }

    /// <summary>Whether anything passes the external processing service.</summary>
    public bool NeedExtProc { get; }

    /// <summary>In the order of the routes.</summary>
    public IEnumerable<JsonNode> All => _clusters.Values;

    /// <summary>Rules that Envoy cannot serve as they are.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Name of the cluster of an AI rule: the name that Envoy Gateway gives it.</summary>
    public static string NameOf(RouteSpec route, int rule) => $"httproute/{route.Name}/rule/{rule}";

    /// <summary>Name of the cluster of a pool.</summary>
    public static string NameOf(string pool) => $"pool/{pool}";

    /// <summary>What a rule leads to; null when none of its backends can be used.</summary>
    public RuleTargets? For(RouteSpec route, int rule) => _rules.GetValueOrDefault((route.Name, rule));

    /// <summary>Filters of the processors that see requests of a port. All of them stand on it, in one order; routes of one policy keep theirs.</summary>
    public IEnumerable<JsonNode> Processors(GatewaySnapshot snapshot, SocketGroup group)
    {
        var wanted = snapshot.Routes.Where(route => group.Listeners.Any(listener => route.Listeners.Contains(listener.Name))).SelectMany(static route => route.Processors).ToHashSet(StringComparer.Ordinal);
        return _processors.Where(processor => wanted.Contains(processor.Spec.Name)).Select(static processor => processor.Filter.DeepClone());
    }

    private static Finding BodiesStay(ProcessorSpec processor)
    {
        var name = processor.Name.Split('/');
        return new Finding
        {
            Severity = FindingSeverity.Warning,
            Object = new ObjectRef("EnvoyExtensionPolicy", name[0], name[1]),
            Path = $"spec.extProc[{name[^1]}].processingMode.request.body",
            Reason = "behind Envoy the service sends a backend the body that the client sent wherever it changes or repeats it, so a body that this processor changes may not arrive; refusing requests and changing headers works",
            Fix = "use aigw run, or let the processor refuse instead of change",
        };
    }

    private void AddRule(RouteSpec route, int rule, Dictionary<string, BackendSpec> backends, Dictionary<string, PoolSpec> pools, UpstreamTls tls)
    {
        var usable = route.Rules[rule].BackendRefs.Where(reference => reference.Weight > 0 && backends[reference.Backend].Unusable is null).ToList();
        if (usable.Count == 0) return;
        // Envoy wants priorities from 0 without gaps.
        var priorities = usable.Select(static reference => reference.Priority).Distinct().Order().ToList();
        var targets = usable.ConvertAll(reference => new ClusterTarget(pools[backends[reference.Backend].Pool], reference.Weight, priorities.IndexOf(reference.Priority), reference.Backend));
        if (Cluster.Problem(targets) is { } problem)
        {
            var name = route.Name.Split('/', 2);
            _findings.Add(new Finding
            {
                Severity = FindingSeverity.Error,
                Object = new ObjectRef("AIGatewayRoute", name[0], name[1]),
                Path = $"spec.rules[{rule}].backendRefs",
                Reason = $"Envoy has one cluster for the rule, and {problem}; its requests are answered with 500",
                Fix = "put these backends into rules of their own",
            });
            return;
        }

        var cluster = NameOf(route, rule);
        _clusters[cluster] = Cluster.Build(cluster, targets, tls);
        _rules[(route.Name, rule)] = new RuleTargets(cluster, targets.Count, targets.Count(static target => target.Priority == 0), priorities.Count, DirectRoute.NameOf(route, rule, backends, pools));
    }
}

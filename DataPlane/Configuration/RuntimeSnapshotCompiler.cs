using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Routing;
using AiGateway.DataPlane.Usage;

namespace AiGateway.DataPlane.Configuration;

/// <summary>Compiles a <see cref="GatewaySnapshot"/> for the request path. Pure.</summary>
public static class RuntimeSnapshotCompiler
{
    /// <summary>Compiles, or throws on a snapshot that no control plane should have sent.</summary>
    /// <exception cref="FormatException">A name that does not resolve or occurs twice, an expression that does not compile, an unknown schema generation.</exception>
    public static RuntimeSnapshot Compile(GatewaySnapshot snapshot)
    {
        if (snapshot.SchemaMajor != GatewaySnapshot.CurrentSchemaMajor)
        {
            throw new FormatException($"snapshot {snapshot.Revision} has schema generation {snapshot.SchemaMajor}; this build reads {GatewaySnapshot.CurrentSchemaMajor}");
        }

        try
        {
            return snapshot.RoutesElsewhere ? CompileUnrouted(snapshot) : CompileAll(snapshot);
        }
        catch (ArgumentException exception) // a duplicate name, a regular expression that is none, a schema this build does not know
        {
            throw new FormatException($"snapshot {snapshot.Revision} cannot be used: {exception.Message}", exception);
        }
    }

    private static RuntimeSnapshot CompileAll(GatewaySnapshot snapshot)
    {
        var pools = snapshot.Pools.ToDictionary(pool => pool.Name, StringComparer.Ordinal);
        var specs = snapshot.Backends.ToDictionary(backend => backend.Name, StringComparer.Ordinal);
        var backends = snapshot.Backends.ToDictionary(backend => backend.Name, backend => Backend(backend, pools), StringComparer.Ordinal);
        var processors = snapshot.Processors.ToDictionary(processor => processor.Name, StringComparer.Ordinal);
        foreach (var processor in snapshot.Processors.Where(processor => !pools.ContainsKey(processor.Pool)))
        {
            throw new FormatException($"processor {processor.Name} names pool {processor.Pool}, which the snapshot does not contain");
        }

        var rules = snapshot.Routes.ToDictionary(route => route.Name, route => Rules(route, backends, processors, snapshot.GlobalCosts, rule => DirectRoute.NameOf(route, rule, specs, pools)), StringComparer.Ordinal);
        var listeners = snapshot.Listeners.Select(listener =>
        {
            var routes = snapshot.Routes.Where(route => route.Listeners.Contains(listener.Name)).ToArray();
            return new RuntimeListener(listener, new RouteTable(routes.Select(route => (route, rules[route.Name]))), new ModelCatalog(routes));
        });
        var targets = rules.Values.SelectMany(ofRoute => ofRoute.SelectMany(rule => rule.Spec.BackendRefs.Select(reference => new RuntimeTarget(backends[reference.Backend], rule))));
        return new RuntimeSnapshot(snapshot, listeners.ToArray(), targets.DistinctBy(target => target.Backend.Name), []);
    }

    /// <summary>Backends that a proxy in front chooses from: one stand-in for its listeners, one rule for each route that has a price of its own.</summary>
    private static RuntimeSnapshot CompileUnrouted(GatewaySnapshot snapshot)
    {
        var listener = new RuntimeListener(new ListenerSpec { Name = "", Port = 0 }, new RouteTable([]), new ModelCatalog(snapshot.ModelLists));
        var backends = snapshot.Backends.ToDictionary(backend => backend.Name, backend => new RuntimeBackend(backend, null), StringComparer.Ordinal);
        var elsewhere = Price(new RouteSpec { Name = "", Listeners = [], Rules = [] });
        return new RuntimeSnapshot(snapshot, [listener], backends.Values.Select(backend => new RuntimeTarget(backend, elsewhere)), snapshot.Routes.Select(Price));

        RuntimeRule Price(RouteSpec route) => new(route, 0, new RuleSpec { ModelsCreatedAt = default }, [], new CostProgram(route.Costs, snapshot.GlobalCosts), []);
    }

    private static RuntimeBackend Backend(BackendSpec backend, Dictionary<string, PoolSpec> pools)
    {
        if (pools.TryGetValue(backend.Pool, out var pool) || backend.Unusable is not null) return new RuntimeBackend(backend, pool);
        throw new FormatException($"backend {backend.Name} names pool {backend.Pool}, which the snapshot does not contain");
    }

    private static RuntimeRule[] Rules(RouteSpec route, Dictionary<string, RuntimeBackend> backends, Dictionary<string, ProcessorSpec> processors, IReadOnlyList<CostSpec> globalCosts, Func<int, string?> direct)
    {
        var costs = new CostProgram(route.Costs, globalCosts);
        ProcessorSpec[] seenBy = [.. route.Processors.Select(name => processors.GetValueOrDefault(name) ?? throw new FormatException($"route {route.Name} names processor {name}, which the snapshot does not contain"))];
        return [.. route.Rules.Select((rule, index) => new RuntimeRule(route, index, rule, [.. rule.BackendRefs.Select(Resolve)], costs, seenBy) { DirectName = direct(index) })];

        Candidate Resolve(BackendRefSpec reference) => backends.TryGetValue(reference.Backend, out var backend)
            ? new Candidate(backend, reference.Weight, reference.Priority)
            : throw new FormatException($"route {route.Name} names backend {reference.Backend}, which the snapshot does not contain");
    }
}

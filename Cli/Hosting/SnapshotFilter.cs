using AiGateway.Contracts.Snapshots;

namespace AiGateway.Cli.Hosting;

/// <summary>Cuts a snapshot down to one Gateway, for reading.</summary>
internal static class SnapshotFilter
{
    /// <summary>What <paramref name="gateway"/> (<c>namespace/name</c>) serves; null when it has no listener.</summary>
    public static GatewaySnapshot? Only(GatewaySnapshot snapshot, string gateway)
    {
        List<ListenerSpec> listeners = [.. snapshot.Listeners.Where(listener => listener.Name.StartsWith(gateway + "/", StringComparison.Ordinal))];
        if (listeners.Count == 0)
            return null;
        HashSet<string> names = [.. listeners.Select(static listener => listener.Name)];
        List<RouteSpec> routes = [.. snapshot.Routes.Where(route => route.Listeners.Any(names.Contains))];
        List<HttpRouteSpec> httpRoutes = [.. snapshot.HttpRoutes.Where(route => route.Listeners.Any(names.Contains))];
        HashSet<string> wanted = [.. routes.SelectMany(static route => route.Rules).SelectMany(static rule => rule.BackendRefs).Select(static reference => reference.Backend)];
        List<BackendSpec> backends = [.. snapshot.Backends.Where(backend => wanted.Contains(backend.Name))];
        HashSet<string> seen = [.. routes.SelectMany(static route => route.Processors)];
        List<ProcessorSpec> processors = [.. snapshot.Processors.Where(processor => seen.Contains(processor.Name))];
        HashSet<string> pools = [.. backends.Select(static backend => backend.Pool), .. httpRoutes.SelectMany(static route => route.Pools).Select(static pool => pool.Pool), .. processors.Select(static processor => processor.Pool)];
        return snapshot with
        {
            Listeners = listeners,
            Routes = routes,
            HttpRoutes = httpRoutes,
            Backends = backends,
            Processors = processors,
            Pools = [.. snapshot.Pools.Where(pool => pools.Contains(pool.Name))],
        };
    }
}

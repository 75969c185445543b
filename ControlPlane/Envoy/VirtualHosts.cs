using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>One virtual host per host that a listener or a route of the port names, each with every route that covers it.</summary>
internal static class VirtualHosts
{
    public static JsonArray All(SocketGroup group, GatewaySnapshot snapshot, RouteClusters clusters, EnvoyOptions options) =>
        Protobuf.Array(Domains(group, snapshot).Select(domain => VirtualHost(group, domain, snapshot, clusters, options)));

    private static JsonObject VirtualHost(SocketGroup group, string? domain, GatewaySnapshot snapshot, RouteClusters clusters, EnvoyOptions options)
    {
        var text = domain ?? "*";
        var listener = group.For(domain)!.Name; // a domain is made from the listener that serves it
        var served = snapshot.Routes.Where(route => route.Listeners.Contains(listener)).ToList();
        var processors = served.SelectMany(static route => route.Processors).Distinct(StringComparer.Ordinal).ToList();
        var aiRoutes = AiRoutes.All(served, domain, clusters, group, processors);
        var routes = new List<JsonNode>();
        if (aiRoutes.Count > 0)
        {
            routes.AddRange(AiRoutes.Direct(served, domain, clusters, group, processors));
            routes.AddRange(aiRoutes);
            routes.AddRange(AiRoutes.Entries(options.AiPaths, processors));
        }

        routes.AddRange(HttpRoutes.All(snapshot.HttpRoutes.Where(route => route.Listeners.Contains(listener)), domain));
        if (aiRoutes.Count > 0) routes.AddRange(options.AiPaths.OrderByDescending(static set => set.Root.Length).Select(UnknownPath));
        // Without any route it still keeps its host from being served by a wider one.
        return new JsonObject { ["name"] = $"{group.Name}/{text}", ["domains"] = Protobuf.Texts(text), ["routes"] = Protobuf.Array(routes) };
    }

    private static JsonObject UnknownPath(AiPathSet set) => new()
    {
        ["name"] = $"unknown-path/{set.Name}",
        ["match"] = RouteMatches.Prefix(set.Root),
        ["direct_response"] = LocalReplies.Json(404, set.Errors.UnknownPath),
    };

    private static IEnumerable<string?> Domains(SocketGroup group, GatewaySnapshot snapshot) =>
        group.Listeners.SelectMany(listener => Domains(listener, snapshot)).Distinct()
            .OrderByDescending(HostScope.Specificity)
            .ThenBy(static domain => domain, StringComparer.Ordinal);

    private static IEnumerable<string?> Domains(ListenerSpec listener, GatewaySnapshot snapshot)
    {
        yield return listener.Hostname;
        var routes = snapshot.Routes.Where(route => route.Listeners.Contains(listener.Name)).SelectMany(static route => route.Hostnames)
            .Concat(snapshot.HttpRoutes.Where(route => route.Listeners.Contains(listener.Name)).SelectMany(static route => route.Hostnames));
        foreach (var host in routes)
        {
            if (HostScope.TryIntersect(listener.Hostname, host, out var both)) yield return both;
        }
    }
}

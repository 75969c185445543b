using System.Text.Json.Nodes;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>Plain HTTP rules: Envoy alone, the service has no part in them.</summary>
internal static class HttpRoutes
{
    /// <summary>Rules that serve a host: most specific host, exact paths, longest path, with a method, most headers, then as written.</summary>
    public static IEnumerable<JsonNode> All(IEnumerable<HttpRouteSpec> routes, string? domain) =>
        from route in routes
        let host = HostScope.TryBest(route.Hostnames, domain, out var best) ? (Covered: true, Specificity: HostScope.Specificity(best)) : (Covered: false, Specificity: 0)
        where host.Covered && route.Pools.Any(static pool => pool.Weight > 0)
        orderby host.Specificity descending, route.ExactPath descending, route.Path.TrimEnd('/').Length descending, route.Method is not null descending, route.Headers.Count descending
        select Route(route, domain);

    private static JsonObject Route(HttpRouteSpec route, string? domain)
    {
        var match = route.ExactPath ? new JsonObject { ["path"] = route.Path } : RouteMatches.Prefix(route.Path);
        List<JsonNode> headers = [.. route.Headers.Select(RouteMatches.Header)];
        if (route.Method is not null) headers.Insert(0, RouteMatches.Method(route.Method));
        if (headers.Count > 0) match["headers"] = Protobuf.Array(headers);
        var action = new JsonObject();
        var pools = route.Pools.Where(static pool => pool.Weight > 0).ToList();
        if (pools.Count == 1)
        {
            action["cluster"] = RouteClusters.NameOf(pools[0].Pool);
        }
        else
        {
            action["weighted_clusters"] = new JsonObject
            {
                ["clusters"] = Protobuf.Array(pools.Select(static pool => new JsonObject { ["name"] = RouteClusters.NameOf(pool.Pool), ["weight"] = pool.Weight })),
            };
        }

        action["auto_host_rewrite"] = true;
        action["timeout"] = Protobuf.Duration(route.RequestTimeout ?? TimeSpan.Zero);
        action["upgrade_configs"] = new JsonArray(new JsonObject { ["upgrade_type"] = "websocket" });
        return new JsonObject { ["name"] = $"httproute/{route.Name}/{domain ?? "*"}", ["match"] = match, ["route"] = action };
    }
}

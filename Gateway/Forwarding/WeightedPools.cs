using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace AiGateway.Gateway.Forwarding;

/// <summary>Spreads the requests of a plain HTTP rule over its pools by weight. A YARP route has one cluster; this moves the request to another one.</summary>
internal sealed class WeightedPools(IProxyStateLookup state)
{
    private readonly ConcurrentDictionary<string, (int Weight, string Pool)[]> _parsed = new(StringComparer.Ordinal);

    /// <summary>Proxy pipeline middleware.</summary>
    public Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        context.Request.Headers.Remove(ListenerScope.Header);
        if (context.GetReverseProxyFeature().Route.Config.Metadata?.GetValueOrDefault(PoolConfigProvider.WeightsKey) is { } weights
            && state.TryGetCluster(Choose(_parsed.GetOrAdd(weights, Parse)), out var cluster))
        {
            context.ReassignProxyRequest(cluster);
        }

        return next();
    }

    private static string Choose((int Weight, string Pool)[] pools)
    {
        var point = Random.Shared.NextInt64(pools.Sum(pool => (long)pool.Weight));
        foreach (var (weight, pool) in pools)
        {
            point -= weight;
            if (point < 0) return pool;
        }

        return pools[^1].Pool;
    }

    private static (int Weight, string Pool)[] Parse(string weights) =>
        [.. weights.Split('\n').Select(line => line.Split(' ', 2)).Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]))];
}

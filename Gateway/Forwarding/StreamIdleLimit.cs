using System.Globalization;
using AiGateway.Contracts.Snapshots;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace AiGateway.Gateway.Forwarding;

/// <summary>
/// Gives a plain request the longest silence that its route or listener sets. YARP has one such limit per cluster, where the process default is, and a
/// cluster serves every route.
/// </summary>
internal static class StreamIdleLimit
{
    /// <summary>Route metadata with the route's own limit in ticks.</summary>
    public const string Key = "stream-idle";

    /// <summary>Proxy pipeline middleware, after the cluster was chosen.</summary>
    public static Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        var proxy = context.GetReverseProxyFeature();
        var route = proxy.Route.Config.Metadata?.GetValueOrDefault(Key) is { } ticks ? TimeSpan.FromTicks(long.Parse(ticks, CultureInfo.InvariantCulture)) : (TimeSpan?)null;
        if ((route ?? context.Features.Get<ListenerSpec>()?.StreamIdleTimeout) is { } limit)
        {
            var config = proxy.Cluster.Config;
            var cluster = new ClusterModel(config with { HttpRequest = config.HttpRequest! with { ActivityTimeout = limit } }, proxy.Cluster.HttpClient);
            context.Features.Set<IReverseProxyFeature>(new WithCluster(proxy, cluster));
        }

        return next();
    }

    private sealed class WithCluster(IReverseProxyFeature proxy, ClusterModel cluster) : IReverseProxyFeature
    {
        public RouteModel Route => proxy.Route;

        public ClusterModel Cluster => cluster;

        public IReadOnlyList<DestinationState> AllDestinations => proxy.AllDestinations;

        public IReadOnlyList<DestinationState> AvailableDestinations
        {
            get => proxy.AvailableDestinations;
            set => proxy.AvailableDestinations = value;
        }

        public DestinationState? ProxiedDestination
        {
            get => proxy.ProxiedDestination;
            set => proxy.ProxiedDestination = value;
        }
    }
}

using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>
/// Resources to snapshot. A pure function: the same resources and options give the same snapshot, findings and statuses, in the same order.
/// </summary>
public static class SnapshotBuilder
{
    /// <summary>Compiles everything that can be served and reports everything that cannot.</summary>
    /// <param name="resources">What the operator wrote.</param>
    /// <param name="options">Defaults that are not in the resources.</param>
    public static CompilationResult Build(ResourceSet resources, CompilationOptions options)
    {
        ArgumentNullException.ThrowIfNull(resources);
        ArgumentNullException.ThrowIfNull(options);
        var context = new CompilationContext(resources.Store, options);
        var gateways = new ListenerCompiler(context).Compile();
        var attachment = new RouteAttachment(context, gateways);
        var pools = new PoolCompiler(context);
        var traffic = new BackendTraffic(context);
        var processors = new ProcessorCompiler(context, pools);
        var routes = new RouteCompiler(context, attachment, new BackendCompiler(context, pools), pools, traffic, processors);
        var snapshot = new GatewaySnapshot
        {
            Revision = string.Empty,
            Routes = routes.Compile(),
            Backends = routes.Backends,
            Processors = processors.Used,
            HttpRoutes = new HttpRouteCompiler(context, attachment, pools, traffic).Compile(),
            GlobalCosts = GlobalCosts.Compile(context),
            Listeners = [.. gateways.Values.SelectMany(static gateway => gateway.Listeners).Select(static listener => listener.Spec)
                .DistinctBy(static listener => listener.Name).OrderBy(static listener => listener.Name, StringComparer.Ordinal)],
            // Last: compiling routes and HTTPRoutes is what finds the pools.
            Pools = pools.Pools,
        };
        if (snapshot.Routes.Count == 0 && snapshot.HttpRoutes.Count == 0)
        {
            context.Findings.Add(new Finding
            {
                Severity = FindingSeverity.Warning,
                Reason = "the configuration holds no route that is served, every request will be answered with 404",
                Fix = "add an AIGatewayRoute whose parentRefs name a Gateway",
            });
        }

        return new CompilationResult
        {
            Snapshot = snapshot with { Revision = SnapshotRevision.Of(snapshot, options.LoadTime) },
            // In reading order: what belongs to one place of a file stands together, whichever step found it.
            Findings = [.. resources.Findings.Concat(context.Findings.Findings)
                .OrderBy(static finding => finding.File is null).ThenBy(static finding => finding.File, StringComparer.Ordinal)
                .ThenBy(static finding => finding.Line).ThenBy(static finding => finding.Column)],
            Statuses = context.Statuses.Build(resources.Store.Documents, resources.Findings),
        };
    }
}

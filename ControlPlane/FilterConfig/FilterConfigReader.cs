using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>
/// The filter configuration of Envoy AI Gateway to a snapshot. It says what happens to a request once Envoy has chosen route and backend, so the snapshot's
/// routes are elsewhere. The document's <c>version</c> is that of a build and says nothing about its form: what decides is whether every member is
/// understood (docs/decisions/0010-filter-config.md).
/// </summary>
internal static class FilterConfigReader
{
    public static CompilationResult Read(string text, string file)
    {
        var document = ConfigDocument.Parse(text, file);
        var snapshot = new GatewaySnapshot { Revision = "", RoutesElsewhere = true };
        if (document.Root is { } root) snapshot = Snapshot(document, root);
        return new CompilationResult
        {
            Snapshot = document.HasErrors ? snapshot : snapshot with { Revision = SnapshotRevision.Of(snapshot, DateTimeOffset.MinValue) },
            Findings = document.Findings,
            Statuses = [],
        };
    }

    private static GatewaySnapshot Snapshot(ConfigDocument document, MappingNode root)
    {
        if (root.Value("apiVersion") is not null && root.Value("kind") is not null)
        {
            document.Error("kind", "this is a Kubernetes object, not a filter configuration", "name manifests without a flag: aigw extproc FILE");
            return new GatewaySnapshot { Revision = "", RoutesElsewhere = true };
        }

        var fields = document.Reader();
        fields.Ignore("version", "uuid", "backends", "models", "modelsByHost", "unscopedModels", "mcpConfig");
        if (fields.Has("mcpConfig")) fields.WarningAt("mcpConfig", "MCP is not served", "its routes need the peer's processor");
        var global = fields.List("globalLLMRequestCosts", ListRule.Unlimited, CostEntry.ReadGlobal);
        var ofRoutes = fields.List("llmRequestCosts", ListRule.Unlimited, CostEntry.ReadRoute);
        fields.Finish();
        return new GatewaySnapshot
        {
            Revision = "",
            RoutesElsewhere = true,
            GlobalCosts = [.. global.Select(static cost => cost.Spec)],
            Routes =
            [
                .. ofRoutes.GroupBy(static cost => cost.Route, StringComparer.Ordinal)
                    .Select(static route => new RouteSpec { Name = route.Key, Listeners = [], Rules = [], Costs = [.. route.Select(static cost => cost.Spec)] }),
            ],
            Backends = Backends(document, root),
            ModelLists = ModelEntries.Lists(document, root),
        };
    }

    private static IReadOnlyList<BackendSpec> Backends(ConfigDocument document, MappingNode root)
    {
        var backends = new Dictionary<string, BackendSpec>(StringComparer.Ordinal);
        foreach (var entry in document.Entries(root.Value("backends"), "backends", "backend", "name", BackendEntry.Read))
        {
            if (entry.Value.Name.Length == 0) continue; // reported as missing; nobody can choose it
            // As in the peer the last one counts.
            if (backends.ContainsKey(entry.Value.Name)) document.Warning($"{entry.Path}.name", "this backend is given twice, the last one is used", "remove one of them");
            backends[entry.Value.Name] = entry.Problem is null ? entry.Value : BackendEntry.Unusable(entry.Value.Name, entry.Problem);
        }

        return [.. backends.Values];
    }
}

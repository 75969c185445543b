using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Which listeners a route is attached to, by the rules of the Gateway API.</summary>
internal sealed class RouteAttachment(CompilationContext context, IReadOnlyDictionary<string, GatewayListeners> gateways)
{
    /// <summary>Names of the listeners, and the Gateways they belong to with the section, for policies.</summary>
    public Attached Attach(ResourceDocument route, IReadOnlyList<ParentReference> parents, IReadOnlyList<string> hostnames)
    {
        var listeners = new List<string>();
        var sections = new List<(string Gateway, string Section)>();
        for (var i = 0; i < parents.Count; i++)
        {
            foreach (var (gateway, listener) in AttachToParent(route, parents[i], $"spec.parentRefs[{i}]", hostnames))
            {
                if (!listeners.Contains(listener.Spec.Name)) listeners.Add(listener.Spec.Name);
                sections.Add((gateway, listener.Section));
            }
        }

        if (parents.Count == 0)
        {
            context.Findings.Warning(
                route, "spec", "the route has no parentRefs and is not served", CompilationContext.Available(gateways.Keys));
            context.Statuses.NotAccepted(route, "NoMatchingParent", "the route has no parentRefs");
        }

        return new Attached(listeners, sections);
    }

    private IEnumerable<(string Gateway, AttachableListener Listener)> AttachToParent(
        ResourceDocument route, ParentReference parent, string path, IReadOnlyList<string> hostnames)
    {
        var key = $"{parent.Namespace ?? route.Namespace}/{parent.Name}";
        if (parent.Kind != "Gateway" || parent.Group != KnownKinds.GatewayGroup) return [];
        if (!gateways.TryGetValue(key, out var gateway))
        {
            MissingGateway(route, path, key);
            return [];
        }

        // A Gateway that no file defines has one listener, whatever section or port the route names.
        var isSynthesized = !context.Store.All<Gateway>().Any();
        var sections = gateway.Listeners
            .Where(listener => isSynthesized || parent.SectionName is null || parent.SectionName == listener.Section)
            .Where(listener => isSynthesized || parent.Port is null || parent.Port == listener.Spec.Port)
            .ToList();
        if (sections.Count == 0)
        {
            var names = CompilationContext.Available(gateway.Listeners.Select(static listener => $"{listener.Section} (port {listener.Spec.Port})"));
            context.Refused(
                route, parent.SectionName is null ? $"{path}.name" : $"{path}.sectionName", "NoMatchingParent", $"gateway {key} has no such listener", names);
            return [];
        }

        var allowed = sections.Where(listener => IsAllowed(route, key, listener)).ToList();
        if (allowed.Count == 0)
        {
            context.Refused(
                route,
                $"{path}.name",
                "NotAllowedByListeners",
                $"no listener of gateway {key} allows routes of kind {route.Kind} from namespace {route.Namespace}",
                "change allowedRoutes of the listener, or move the route");
            return [];
        }

        var matching = allowed
            .Where(listener => listener.Spec.Hostname is null || hostnames.Count == 0 || hostnames.Any(host => Hostnames.Intersect(host, listener.Spec.Hostname)))
            .ToList();
        if (matching.Count == 0)
        {
            context.Refused(
                route,
                "spec.hostnames",
                "NoMatchingListenerHostname",
                $"no host name of the route is served by gateway {key}",
                $"its listeners serve: {string.Join(", ", allowed.Select(static listener => listener.Spec.Hostname))}");
        }

        return matching.Select(listener => (key, listener));
    }

    private void MissingGateway(ResourceDocument route, string path, string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (context.Store.Find<Gateway>(key[..slash], key[(slash + 1)..]) is { } existing)
        {
            var reason = existing.Document.HasErrors ? "has errors" : "belongs to another controller";
            context.Statuses.NotAccepted(route, "NoMatchingParent", $"gateway {key} {reason}");
            if (!existing.Document.HasErrors)
                context.Findings.Warning(route, $"{path}.name", $"gateway {key} {reason}, the route is not served there");
            return;
        }

        context.Refused(route, $"{path}.name", "NoMatchingParent", $"gateway {key} not found", CompilationContext.Available(gateways.Keys));
    }

    private bool IsAllowed(ResourceDocument route, string gatewayKey, AttachableListener listener)
    {
        // Attachment of an AIGatewayRoute is decided as if it were an HTTPRoute: no ordinary Gateway lists our kind.
        var isKindAllowed = listener.Kinds.Count == 0
            || listener.Kinds.Any(kind => kind.Is(KnownKinds.GatewayGroup, "HTTPRoute") || kind.Is(route.Group, route.Kind));
        if (!isKindAllowed) return false;
        return listener.Namespaces.From switch
        {
            "All" => true,
            "Selector" => listener.Namespaces.Selector?.Matches(context.Store.NamespaceLabels(route.Namespace!)) == true,
            _ => gatewayKey.StartsWith(route.Namespace + "/", StringComparison.Ordinal),
        };
    }
}

/// <summary>Where a route ended up.</summary>
/// <param name="Listeners">Names of listeners in the snapshot.</param>
/// <param name="Sections">The Gateways and their listeners, in the order of the parentRefs.</param>
internal sealed record Attached(IReadOnlyList<string> Listeners, IReadOnlyList<(string Gateway, string Section)> Sections);

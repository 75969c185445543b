using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Contracts.Snapshots;

/// <summary>
/// Rules that leave nothing to decide once the model is known: one usable backend, no second attempt, no processor of the operator in between. For them the
/// external processing service prepares the request for its backend at once and names the rule; the proxy in front sends it there without asking again.
/// </summary>
public static class DirectRoute
{
    /// <summary>Request header in which the service names the rule. Nobody else can send it.</summary>
    public const string Header = "x-ai-eg-route";

    /// <summary>Envoy finds no route for a request without it, so it goes only with the direct route.</summary>
    public const string SchemeHeader = "x-forwarded-proto";

    /// <summary>
    /// gRPC metadata with the port of the listener that took a request, sent by proxies that have direct routes. Without it the service waits to be asked
    /// about each attempt.
    /// </summary>
    public const string PortMetadata = "x-ai-eg-listener-port";

    /// <summary>
    /// Name of a rule's direct route; null when it has none. Service and proxy compute it on their own. It covers where requests go, so a proxy that has an older
    /// configuration than the service knows no route of that name, and no credential gets to another place.
    /// </summary>
    /// <param name="route">Route of the rule.</param>
    /// <param name="rule">Position in the route.</param>
    /// <param name="backends">Backends of the snapshot by name.</param>
    /// <param name="pools">Pools of the snapshot by name.</param>
    public static string? NameOf(RouteSpec route, int rule, IReadOnlyDictionary<string, BackendSpec> backends, IReadOnlyDictionary<string, PoolSpec> pools)
    {
        var spec = route.Rules[rule];
        if (route.Processors.Count > 0 || spec.Retry is { NumRetries: > 0 }) return null;
        var usable = spec.BackendRefs.Where(reference => reference.Weight > 0 && backends.GetValueOrDefault(reference.Backend) is { Unusable: null }).ToList();
        if (usable is not [{ Backend: var name }] || !pools.TryGetValue(backends[name].Pool, out var pool)) return null;
        if (backends[name].HeaderMutation?.Set.Any(static set => set.Key.Equals(SchemeHeader, StringComparison.OrdinalIgnoreCase)) == true) return null;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Place(name, pool))));
        return $"{route.Name}/{rule}/{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    /// <summary>Everything that decides who reads what is sent.</summary>
    private static IEnumerable<string> Place(string backend, PoolSpec pool)
    {
        yield return backend;
        foreach (var endpoint in pool.Endpoints) yield return string.Create(CultureInfo.InvariantCulture, $"{endpoint.Host}:{endpoint.Port} {endpoint.UnixPath} {endpoint.HostHeader}");
        if (pool.Tls is not { } tls) yield break;
        yield return $"tls {tls.ServerName} {tls.InsecureSkipVerify}";
        foreach (var text in tls.CaPem.Concat(tls.SubjectAltNames)) yield return text;
    }
}

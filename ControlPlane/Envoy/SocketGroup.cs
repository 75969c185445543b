using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>The listeners of a snapshot that share a port: one listener of Envoy.</summary>
/// <param name="Port">TCP port.</param>
/// <param name="Tls">HTTPS.</param>
/// <param name="Listeners">In snapshot order; at least one.</param>
internal sealed record SocketGroup(int Port, bool Tls, IReadOnlyList<ListenerSpec> Listeners)
{
    /// <summary>Name of Envoy's listener and prefix of its statistics.</summary>
    public string Name => Tls ? $"https-{Port}" : $"http-{Port}";

    /// <summary>Addresses to bind, each once.</summary>
    public IReadOnlyList<string> Addresses(string fallback) =>
        [.. Listeners.SelectMany(listener => listener.Addresses.Count > 0 ? listener.Addresses : [fallback]).Distinct(StringComparer.Ordinal)];

    /// <summary>Envoy has one value for the whole port; the largest cuts nobody short.</summary>
    public T Largest<T>(Func<ListenerSpec, T> value) => Listeners.Select(value).Max()!;

    /// <summary>The listener that serves a host: the one with the most specific name.</summary>
    public ListenerSpec? For(string? host) => Listeners.Where(listener => HostScope.Covers(listener.Hostname, host)).MaxBy(static listener => HostScope.Specificity(listener.Hostname));

    public static IReadOnlyList<SocketGroup> Of(GatewaySnapshot snapshot) =>
        [.. snapshot.Listeners.GroupBy(static listener => (listener.Port, listener.Tls)).Select(static group => new SocketGroup(group.Key.Port, group.Key.Tls, [.. group]))];
}

using System.Collections.Frozen;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Routing;

namespace AiGateway.DataPlane.Configuration;

/// <summary>What a request reads: a snapshot compiled into look-ups. Captured once per exchange, swapped whole, never edited.</summary>
public sealed class RuntimeSnapshot
{
    private readonly FrozenDictionary<int, RuntimeListener[]> _byPort;

    private readonly FrozenDictionary<string, RuntimeTarget> _targets;
    private readonly FrozenDictionary<string, RuntimeRule> _pricedRoutes;

    /// <param name="source">The agreed configuration.</param>
    /// <param name="listeners">Compiled listeners.</param>
    /// <param name="targets">Every backend that may be chosen, with the rule that applies unless its route has another.</param>
    /// <param name="pricedRoutes">Routes that are known only by what they cost.</param>
    internal RuntimeSnapshot(GatewaySnapshot source, IReadOnlyList<RuntimeListener> listeners, IEnumerable<RuntimeTarget> targets, IEnumerable<RuntimeRule> pricedRoutes)
    {
        _pricedRoutes = pricedRoutes.ToFrozenDictionary(rule => rule.Route, StringComparer.Ordinal);
        Source = source;
        Listeners = listeners;
        _targets = targets.ToFrozenDictionary(target => target.Backend.Name, StringComparer.Ordinal);
        _byPort = listeners.GroupBy(listener => listener.Spec.Port)
            .ToFrozenDictionary(group => group.Key, group => group.OrderByDescending(listener => HostPattern.Specificity(listener.Spec.Hostname)).ToArray());
    }

    /// <summary>The agreed configuration.</summary>
    public GatewaySnapshot Source { get; }

    /// <summary>Content hash.</summary>
    public string Revision => Source.Revision;

    /// <summary>All listeners in the order of the snapshot.</summary>
    public IReadOnlyList<RuntimeListener> Listeners { get; }

    /// <summary>Routes are chosen by a proxy in front, see <see cref="GatewaySnapshot.RoutesElsewhere"/>.</summary>
    public bool RoutesElsewhere => Source.RoutesElsewhere;

    /// <summary>A backend by its full name, with the rule that applies, or null: for a host whose proxy has chosen it.</summary>
    /// <param name="backend">Name that the proxy gave.</param>
    /// <param name="route">Route that the proxy named; decides the rule when <see cref="RoutesElsewhere"/>, else the backend belongs to one rule.</param>
    public RuntimeTarget? FindTarget(string backend, string? route)
    {
        var target = _targets.GetValueOrDefault(backend);
        return target is not null && _pricedRoutes.TryGetValue(route ?? "", out var rule) ? target with { Rule = rule } : target;
    }

    /// <summary>All listeners of a configured port, most specific host first; empty when the port is not configured any more.</summary>
    public IReadOnlyList<RuntimeListener> ListenersOn(int port) => _byPort.GetValueOrDefault(port, []);

    /// <summary>The listener that serves a host on a port, or null.</summary>
    /// <param name="port">Port as configured (not as bound, when a free one was taken).</param>
    /// <param name="host">Host without port.</param>
    public RuntimeListener? FindListener(int port, ReadOnlySpan<char> host)
    {
        if (!_byPort.TryGetValue(port, out var listeners)) return null;
        foreach (var listener in listeners)
        {
            if (HostPattern.Matches(listener.Spec.Hostname, host)) return listener;
        }

        return null;
    }
}

/// <summary>A listener with its routes and models.</summary>
/// <param name="Spec">The agreed configuration.</param>
/// <param name="Routes">AI rules.</param>
/// <param name="Models">What the model lists show.</param>
public sealed record RuntimeListener(ListenerSpec Spec, RouteTable Routes, ModelCatalog Models);

/// <summary>One (rule, backendRef) pair, compiled.</summary>
/// <param name="Backend">Where it goes.</param>
/// <param name="Rule">Rule that names it.</param>
public sealed record RuntimeTarget(RuntimeBackend Backend, RuntimeRule Rule);

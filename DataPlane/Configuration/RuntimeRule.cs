using System.Diagnostics;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Providers;
using AiGateway.DataPlane.Usage;

namespace AiGateway.DataPlane.Configuration;

/// <summary>A rule compiled for the request path.</summary>
[DebuggerDisplay("{Route} rule {Index}")]
public sealed class RuntimeRule
{
    private readonly CandidateGroup[][] _byEndpoint;

    /// <param name="route">Route it belongs to.</param>
    /// <param name="index">Position in the route.</param>
    /// <param name="spec">The agreed configuration.</param>
    /// <param name="candidates">Backends in the order written.</param>
    /// <param name="costs">Costs of the route and the gateway.</param>
    /// <param name="processors">External processors of the route, in order.</param>
    public RuntimeRule(RouteSpec route, int index, RuleSpec spec, IReadOnlyList<Candidate> candidates, CostProgram costs, IReadOnlyList<ProcessorSpec> processors)
    {
        Route = route.Name;
        Index = index;
        Spec = spec;
        Costs = costs;
        Processors = processors;
        HasCandidates = candidates.Count > 0;
        _byEndpoint = [.. Enum.GetValues<EndpointKind>().Select(kind => Groups(candidates.Where(candidate => ProviderCatalog.Supports(candidate.Backend.Spec.Schema, kind))))];
    }

    /// <summary><c>namespace/route</c>.</summary>
    public string Route { get; }

    /// <summary>Position in the route.</summary>
    public int Index { get; }

    /// <summary>The agreed configuration.</summary>
    public RuleSpec Spec { get; }

    /// <summary>What is computed from the usage.</summary>
    public CostProgram Costs { get; }

    /// <summary>External processors that see its exchanges: requests in this order, responses in the opposite one.</summary>
    public IReadOnlyList<ProcessorSpec> Processors { get; }

    /// <summary>Name of the rule's direct route, see <see cref="DirectRoute"/>; null when a proxy in front has to ask about each attempt.</summary>
    public string? DirectName { get; init; }

    /// <summary>Whether the rule names any backend.</summary>
    public bool HasCandidates { get; }

    /// <summary>Candidates that can serve the operation, by ascending priority; empty when the schemas of all of them cannot.</summary>
    public IReadOnlyList<CandidateGroup> CandidatesFor(EndpointKind endpoint) => _byEndpoint[(int)endpoint];

    private static CandidateGroup[] Groups(IEnumerable<Candidate> candidates) =>
        [.. candidates.GroupBy(candidate => candidate.Priority).OrderBy(group => group.Key).Select(group => new CandidateGroup(group.Key, [.. group]))];
}

/// <summary>A backend with its share.</summary>
/// <param name="Backend">Compiled backend.</param>
/// <param name="Weight">Share within its priority; 0 receives nothing.</param>
/// <param name="Priority">0 first.</param>
public sealed record Candidate(RuntimeBackend Backend, int Weight, int Priority);

/// <summary>Candidates of one priority.</summary>
/// <param name="Priority">0 first.</param>
/// <param name="Members">In the order written.</param>
public sealed record CandidateGroup(int Priority, IReadOnlyList<Candidate> Members);

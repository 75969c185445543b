using AiGateway.EndToEnd.Tests.Topologies;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Something that is rightly not the same everywhere. Every one is a row of docs/topologies.md.</summary>
/// <param name="Name">The row's name, in bold at its beginning.</param>
/// <param name="Topologies">Where it is not as in <see cref="Topology.Standalone"/>.</param>
internal sealed record Difference(string Name, params Topology[] Topologies)
{
    /// <summary>Whether a topology differs here.</summary>
    public bool In(Topology topology) => Topologies.Contains(topology);
}

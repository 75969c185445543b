namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>Runs a theory once in each topology.</summary>
public sealed class EachTopology : TheoryData<Topology>
{
    /// <summary>The topologies that the suite runs in; the only list of them.</summary>
    public static readonly IReadOnlyList<Topology> All = [Topology.Standalone, Topology.Envoy, Topology.External];

    public EachTopology() => AddRange(All);

    /// <summary>Every case in every topology.</summary>
    public static TheoryData<T, Topology> With<T>(IEnumerable<T> cases)
    {
        var data = new TheoryData<T, Topology>();
        foreach (var one in cases)
        {
            foreach (var topology in All) data.Add(one, topology);
        }

        return data;
    }
}

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>How the engine is put between client and provider.</summary>
public enum Topology
{
    /// <summary><c>aigw run</c>: everything in one process.</summary>
    Standalone,

    /// <summary>A real Envoy with <c>aigw translate --to envoy</c>, and <c>aigw extproc</c> behind it.</summary>
    Envoy,
}

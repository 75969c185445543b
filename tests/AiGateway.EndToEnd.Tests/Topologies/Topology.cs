namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>How the engine is put between client and provider. docs/topologies.md says the same in the operator's words.</summary>
public enum Topology
{
    /// <summary><c>aigw run</c>: everything in one process.</summary>
    Standalone,

    /// <summary>A real Envoy with <c>aigw translate --to envoy</c>, and <c>aigw extproc</c> behind it.</summary>
    Envoy,

    /// <summary><c>aigw run</c> with <c>Processing__Mode=External</c>, and <c>aigw extproc</c> behind it.</summary>
    External,
}

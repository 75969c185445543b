using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>What the resources amount to.</summary>
public sealed record CompilationResult
{
    /// <summary>
    /// Everything that can be served. With <see cref="HasErrors"/> it holds what is left when the faulty parts are isolated; whether that may be applied is
    /// the caller's decision.
    /// </summary>
    public required GatewaySnapshot Snapshot { get; init; }

    /// <summary>Findings of reading and of compiling, in the order of files and lines.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The conditions each object would get on a cluster, in the order of the objects.</summary>
    public required IReadOnlyList<ObjectStatus> Statuses { get; init; }

    /// <summary>True when at least one finding is an error.</summary>
    public bool HasErrors => Findings.Any(static finding => finding.Severity == FindingSeverity.Error);
}

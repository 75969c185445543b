using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Envoy;

/// <summary>A pool within a cluster.</summary>
/// <param name="Pool">Endpoints and how to connect to them.</param>
/// <param name="Weight">Share within its priority, whatever the number of its endpoints.</param>
/// <param name="Priority">0 first, without gaps.</param>
/// <param name="Backend">Name by which the service knows it; null when the service has no part in it.</param>
internal sealed record ClusterTarget(PoolSpec Pool, int Weight, int Priority, string? Backend);

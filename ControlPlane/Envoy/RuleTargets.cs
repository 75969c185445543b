namespace AiGateway.ControlPlane.Envoy;

/// <summary>What the routes of an AI rule need to know of its cluster.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Backends">How many backends it has.</param>
/// <param name="FirstBackends">How many of them are tried first.</param>
/// <param name="Priorities">How many levels there are.</param>
/// <param name="Direct">Name of its direct route; null when the service has to be asked about each attempt.</param>
internal sealed record RuleTargets(string Cluster, int Backends, int FirstBackends, int Priorities, string? Direct);

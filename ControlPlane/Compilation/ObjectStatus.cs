using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Status of one object.</summary>
/// <param name="Object">Which one.</param>
/// <param name="Conditions">Its conditions.</param>
public sealed record ObjectStatus(ObjectRef Object, IReadOnlyList<Condition> Conditions);

/// <summary>A condition as Kubernetes writes it, without the fields that only a server knows.</summary>
/// <param name="Type"><c>Accepted</c> or <c>ResolvedRefs</c>.</param>
/// <param name="Status">Whether it holds.</param>
/// <param name="Reason">One word for programs.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record Condition(string Type, bool Status, string Reason, string Message);

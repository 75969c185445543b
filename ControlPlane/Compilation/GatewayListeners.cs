using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>One Gateway as routes see it.</summary>
/// <param name="Key"><c>namespace/name</c>.</param>
/// <param name="Listeners">Its listeners that are served.</param>
internal sealed record GatewayListeners(string Key, IReadOnlyList<AttachableListener> Listeners);

/// <summary>A served listener with what decides about attachment.</summary>
/// <param name="Section">Name within the Gateway.</param>
/// <param name="Spec">What the data plane gets.</param>
/// <param name="Namespaces">Whose routes may attach.</param>
/// <param name="Kinds">Kinds that may attach; empty allows all.</param>
internal sealed record AttachableListener(string Section, ListenerSpec Spec, AllowedNamespaces Namespaces, IReadOnlyList<ObjectReference> Kinds);

using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Decides whether an object may refer to one in another namespace.</summary>
internal sealed class ReferenceGrants(ResourceStore store)
{
    private readonly List<ReferenceGrant> _grants = [.. store.All<ReferenceGrant>().Where(static grant => !grant.Document.HasErrors)];

    /// <summary>Why the reference is not permitted, or null when it is.</summary>
    public string? Refusal(ResourceDocument from, string targetGroup, string targetKind, string targetNamespace, string targetName)
    {
        var home = from.Namespace ?? string.Empty;
        if (home == targetNamespace || IsGranted(from.Group, from.Kind, home, targetGroup, targetKind, targetNamespace, targetName)) return null;
        return $"cross-namespace reference from {from.Kind} in namespace {home} to {targetKind} {targetName} in namespace {targetNamespace} is not permitted: "
            + $"no valid ReferenceGrant found in namespace {targetNamespace}. A ReferenceGrant must allow {from.Kind} from namespace {home} to reference "
            + $"{targetKind} in namespace {targetNamespace}";
    }

    private bool IsGranted(string fromGroup, string fromKind, string fromNamespace, string group, string kind, string @namespace, string name) =>
        _grants.Exists(grant => grant.Namespace == @namespace
            && grant.From.Contains(new GrantSource(fromGroup, fromKind, fromNamespace))
            && grant.To.Any(to => to.Group == group && to.Kind == kind && (to.Name is null || to.Name == name)));
}

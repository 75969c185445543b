using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>
/// Finds the policy that applies to a target: the one on a section over the one on the whole object, the oldest among equals. Losers are reported once.
/// </summary>
internal sealed class PolicyIndex<T>
    where T : AttachedPolicy
{
    private readonly Dictionary<(string Kind, string Key, string? Section), T> _byTarget = [];

    public PolicyIndex(CompilationContext context)
    {
        foreach (var policy in context.Store.All<T>())
        {
            if (policy.Document.HasErrors) continue;
            for (var i = 0; i < policy.Targets.Count; i++)
            {
                var target = policy.Targets[i];
                var path = policy.Document.Root.Value("spec") is Resources.Documents.MappingNode spec && spec.Value("targetRef") is not null
                    ? "spec.targetRef.name"
                    : $"spec.targetRefs[{i}].name";
                if (!Exists(context, policy, target))
                    context.Findings.Warning(
                        policy.Document, path, $"{target.Kind} {policy.Namespace}/{target.Name} does not exist, the policy has no effect on it");
                Attach(context, policy, path, (target.Kind, $"{policy.Namespace}/{target.Name}", target.SectionName));
            }

            foreach (var selector in policy.Selectors) AttachSelected(context, policy, selector);
        }
    }

    /// <summary>The policy for a section of an object, or for the object; null when neither has one.</summary>
    public T? For(string kind, string key, string? section) =>
        (section is not null ? _byTarget.GetValueOrDefault((kind, key, section)) : null) ?? _byTarget.GetValueOrDefault((kind, key, null));

    private void AttachSelected(CompilationContext context, T policy, TargetSelector selector)
    {
        foreach (var document in context.Store.Documents)
        {
            // An AIGatewayRoute stands for the HTTPRoute of its name.
            var kind = document is { Group: KnownKinds.AiGroup, Kind: "AIGatewayRoute" } ? "HTTPRoute" : document.Kind;
            if (kind == selector.Kind && document.Namespace == policy.Document.Namespace && selector.Labels.Matches(document.Labels))
                Attach(context, policy, "spec.targetSelectors", (kind, document.Key, null));
        }
    }

    private void Attach(CompilationContext context, T policy, string path, (string Kind, string Key, string? Section) target)
    {
        if (_byTarget.TryAdd(target, policy) || _byTarget[target] == policy) return;
        context.Findings.Warning(
            policy.Document, path, $"{target.Kind} {target.Key} already has {policy.Document.Kind} {_byTarget[target].Key}, this one has no effect on it", "keep one of them");
        context.Statuses.NotAccepted(policy.Document, "Conflicted", $"{_byTarget[target].Key} already applies to {target.Kind} {target.Key}");
    }

    private static bool Exists(CompilationContext context, T policy, ObjectReference target) => target.Kind switch
    {
        // When there is no Gateway at all one is made up for the routes; a policy may name it.
        "Gateway" => context.Store.Find<Gateway>(policy.Namespace, target.Name) is not null || !context.Store.All<Gateway>().Any(),
        "HTTPRoute" => context.Store.Find<AIGatewayRoute>(policy.Namespace, target.Name) is not null
            || context.Store.Find<HttpRoute>(policy.Namespace, target.Name) is not null,
        _ => true,
    };
}

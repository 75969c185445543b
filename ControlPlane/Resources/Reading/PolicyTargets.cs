using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>What a policy of Envoy Gateway is attached to.</summary>
internal static class PolicyTargets
{
    private static readonly string[] s_targetForms = ["targetRef", "targetRefs", "targetSelectors"];

    /// <summary><c>targetRef</c> and <c>targetRefs</c>, and that one form of target is used.</summary>
    public static IReadOnlyList<ObjectReference> Direct(FieldReader fields, string[] kinds)
    {
        var given = s_targetForms.Count(fields.Has);
        if (given != 1 && !(given == 2 && !fields.Has("targetRef"))) fields.Error("either targetRef or targetRefs must be used");
        var targets = new List<ObjectReference>();
        if (fields.Object("targetRef", References.LocalWithSection) is { } single) targets.Add(single);
        targets.AddRange(fields.List("targetRefs", ListRule.Unlimited, References.LocalWithSection));
        foreach (var target in targets)
        {
            if (target.Group != KnownKinds.GatewayGroup)
                fields.Error("this policy can only have a targetRef.group of gateway.networking.k8s.io");
            if (!kinds.Contains(target.Kind)) fields.Error($"this policy can only have a targetRef.kind of {string.Join('/', kinds)}");
        }

        return targets;
    }

    /// <summary><c>targetSelectors</c>.</summary>
    public static IReadOnlyList<TargetSelector> Selected(FieldReader fields, string[] kinds) =>
        fields.List("targetSelectors", ListRule.Unlimited, item =>
        {
            item.NotActedOn("namespaces");
            var kind = item.RequiredText("kind", TextRules.Kind);
            if (kind.Length > 0 && !kinds.Contains(kind))
                item.ErrorAt("kind", $"this policy can only have a targetRef.kind of {string.Join('/', kinds)}");
            return new TargetSelector(item.TextOr("group", KnownKinds.GatewayGroup, TextRules.Group), kind, Selectors.Labels(item));
        });
}

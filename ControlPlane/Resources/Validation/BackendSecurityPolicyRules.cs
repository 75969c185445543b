using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Rules of BackendSecurityPolicy that concern more than one field.</summary>
internal static class BackendSecurityPolicyRules
{
    public static void Check(BackendSecurityPolicy policy, FindingCollector findings)
    {
        var invalid = policy.TargetRefs.Any(static target =>
            !target.Is(KnownKinds.AiGroup, "AIServiceBackend") && !target.Is(KnownKinds.InferenceGroup, "InferencePool"));
        if (invalid) findings.Error(policy.Document, "spec.targetRefs", "targetRefs must reference AIServiceBackend or InferencePool resources");
        if (policy.Type.Length > 0 && (policy.CredentialFields.Count != 1 || policy.CredentialFields[0] != policy.CredentialField))
            findings.Error(policy.Document, "spec", $"When type is {policy.Type}, only {policy.CredentialField} field should be set");
        if (policy.TargetRefs.Count == 0)
            findings.Warning(
                policy.Document, "spec", "the policy has no targetRefs and applies to nothing", "name an AIServiceBackend in spec.targetRefs");
        if (policy.Override is { FromMetadata: true })
        {
            findings.Warning(
                policy.Document,
                "spec.credentialOverride.fromDynamicMetadata",
                "credentials from dynamic metadata are not acted on yet, the configured credential is used",
                "use fromRequestHeaders");
        }
    }
}

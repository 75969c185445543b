using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Names of objects: what Kubernetes accepts, because they become parts of file names, metrics and log lines.</summary>
internal static class NameRules
{
    private const string Explanation = "a name consists of lower case letters, digits, '-' or '.', and starts and ends with a letter or digit";

    public static void Check(ResourceDocument document, FindingCollector findings)
    {
        if (document.Name.Length > 253 || !TextRules.DnsName.Matches(document.Name))
            findings.Error(document, "metadata.name", $"metadata.name in body should match '{TextRules.DnsName.Pattern}'", Explanation);
        if (document.Namespace is { } name && (name.Length > 63 || !TextRules.NamespaceName.Matches(name)))
            findings.Error(
                document, "metadata.namespace", $"metadata.namespace in body should match '{TextRules.NamespaceName.Pattern}'", Explanation);
    }
}

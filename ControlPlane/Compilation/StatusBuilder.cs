using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Collects what goes wrong per object while compiling; the first problem of a condition is the one it reports.</summary>
internal sealed class StatusBuilder
{
    private readonly Dictionary<(ResourceDocument Document, string Type), Condition> _failures = [];

    public void NotAccepted(ResourceDocument document, string reason, string message) => Fail(document, "Accepted", reason, message);

    public void NotResolved(ResourceDocument document, string reason, string message) => Fail(document, "ResolvedRefs", reason, message);

    /// <summary>Conditions of every object of a kind that has a status.</summary>
    /// <param name="documents">Objects in their order.</param>
    /// <param name="readErrors">Errors found while reading, for objects that were refused as such.</param>
    public IReadOnlyList<ObjectStatus> Build(IEnumerable<ResourceDocument> documents, IReadOnlyList<Finding> readErrors)
    {
        var result = new List<ObjectStatus>();
        foreach (var document in documents)
        {
            if (!HasStatus(document)) continue;
            if (document.HasErrors)
            {
                var first = readErrors.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error && finding.Object == document.Ref);
                Fail(document, "Accepted", "ReconciliationFailed", first is null ? "the object is invalid" : $"{first.Path}: {first.Reason}");
            }

            var conditions = new List<Condition>
            {
                Unsupported(document)
                ?? _failures.GetValueOrDefault((document, "Accepted"))
                ?? new Condition("Accepted", true, SuccessReason(document), SuccessMessage(document)),
            };
            if (_failures.TryGetValue((document, "ResolvedRefs"), out var unresolved)) conditions.Add(unresolved);
            else if (HasReferences(document)) conditions.Add(new Condition("ResolvedRefs", true, "ResolvedRefs", "All references are resolved"));
            result.Add(new ObjectStatus(document.Ref, conditions));
        }

        return result;
    }

    private void Fail(ResourceDocument document, string type, string reason, string message) =>
        _failures.TryAdd((document, type), new Condition(type, false, reason, message));

    private static bool HasStatus(ResourceDocument document) => document.Group.Length > 0
        && document.Kind is not ("ReferenceGrant" or "HTTPRouteFilter")
        && (document.Group is KnownKinds.AiGroup or KnownKinds.GatewayGroup or KnownKinds.EnvoyGroup);

    private static bool HasReferences(ResourceDocument document) =>
        document.Kind is "AIGatewayRoute" or "AIServiceBackend" or "BackendSecurityPolicy" or "HTTPRoute" or "BackendTLSPolicy" or "Gateway" or "EnvoyExtensionPolicy";

    private static Condition? Unsupported(ResourceDocument document) =>
        document.Kind is "EnvoyPatchPolicy"
            ? new Condition("Accepted", false, "Unsupported", KnownKinds.Notice(document.Group, document.Kind)!)
            : null;

    private static string SuccessReason(ResourceDocument document) => document.Group == KnownKinds.AiGroup ? "ReconciliationSucceeded" : "Accepted";

    private static string SuccessMessage(ResourceDocument document) => document.Kind switch
    {
        "AIGatewayRoute" => "AI Gateway Route reconciled successfully",
        "MCPRoute" => "MCP Gateway Route reconciled successfully",
        _ when document.Group == KnownKinds.AiGroup => $"{document.Kind} reconciled successfully",
        _ => $"The {document.Kind} has been accepted",
    };
}

using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Rules of request costs. A bad expression spoils its own entry only: usage must stay visible when one formula is wrong.</summary>
internal static class CostRules
{
    public static void Check(ResourceDocument document, string path, IReadOnlyList<LlmRequestCost> costs, FindingCollector findings)
    {
        for (var i = 0; i < costs.Count; i++)
        {
            if (Problem(costs[i]) is { } problem)
                findings.ReferenceError(document, costs[i].Cel is null ? $"{path}[{i}]" : $"{path}[{i}].cel", problem, "the other costs are computed without it");
            else if (costs[i] is { Kind: not CostKind.Cel, Cel: not null })
                findings.Warning(document, $"{path}[{i}].cel", "the expression is not used unless type is CEL", "set type: CEL, or remove it");
        }
    }

    /// <summary>Why a cost cannot be computed, or null.</summary>
    public static string? Problem(LlmRequestCost cost)
    {
        if (cost.Kind != CostKind.Cel) return null;
        return string.IsNullOrWhiteSpace(cost.Cel) ? "missing CEL expression" : null;
    }
}

using AiGateway.Contracts.Cel;
using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Request costs. A bad expression takes out its own entry only: usage stays visible when one formula is wrong.</summary>
internal static class CostCompiler
{
    public static IReadOnlyList<CostSpec> Compile(CompilationContext context, ResourceDocument document, string path, IReadOnlyList<LlmRequestCost> costs)
    {
        var result = new List<CostSpec>();
        for (var i = 0; i < costs.Count; i++)
        {
            var cost = costs[i];
            if (cost.Kind != CostKind.Cel)
            {
                if (cost.Cel is not null)
                    context.Findings.Warning(
                        document, $"{path}[{i}].cel", "the expression is not used unless type is CEL", "set type: CEL, or remove it");
                result.Add(new CostSpec(cost.MetadataKey, cost.Kind));
            }
            else if (string.IsNullOrWhiteSpace(cost.Cel))
            {
                context.Refused(
                    document, $"{path}[{i}]", "ReconciliationFailed", "missing CEL expression", "set cel, or choose a type that counts tokens");
            }
            else if (!CostExpression.TryCompile(cost.Cel, out _, out var error))
            {
                context.Refused(
                    document, $"{path}[{i}].cel", "ReconciliationFailed", $"invalid CEL expression: {error}", "this cost is left out");
            }
            else
            {
                result.Add(new CostSpec(cost.MetadataKey, cost.Kind, cost.Cel));
            }
        }

        return result;
    }
}

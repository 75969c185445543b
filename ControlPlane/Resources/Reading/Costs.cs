using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Entries of <c>llmRequestCosts</c> and <c>globalLLMRequestCosts</c>.</summary>
internal static class Costs
{
    private static readonly TextRule s_type = TextRule.Enum(
        "OutputToken", "InputToken", "CachedInputToken", "CacheCreationInputToken", "TotalToken", "ReasoningToken", "CEL");

    public static LlmRequestCost Read(FieldReader fields)
    {
        var key = fields.RequiredText("metadataKey");
        var kind = fields.RequiredText("type", s_type) switch
        {
            "InputToken" => CostKind.InputToken,
            "CachedInputToken" => CostKind.CachedInputToken,
            "CacheCreationInputToken" => CostKind.CacheCreationInputToken,
            "OutputToken" => CostKind.OutputToken,
            "ReasoningToken" => CostKind.ReasoningToken,
            "CEL" => CostKind.Cel,
            _ => CostKind.TotalToken,
        };
        return new LlmRequestCost(key, kind, fields.Text("cel"));
    }
}

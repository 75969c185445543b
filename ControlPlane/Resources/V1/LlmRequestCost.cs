using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>One entry of <c>llmRequestCosts</c>.</summary>
internal sealed record LlmRequestCost(string MetadataKey, CostKind Kind, string? Cel);

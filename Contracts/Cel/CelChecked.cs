using AiGateway.Contracts.Cel.Nodes;

namespace AiGateway.Contracts.Cel;

/// <summary>A checked part of an expression: what runs, and what type it gives.</summary>
internal readonly record struct CelChecked(CelNode Node, CelType Type);

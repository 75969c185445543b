namespace AiGateway.Contracts.Cel.Nodes;

/// <summary>One checked operation, ready to run. Immutable, so an expression may run on many threads at once.</summary>
internal abstract class CelNode
{
    public abstract CelValue Evaluate(in CostVariables variables);
}

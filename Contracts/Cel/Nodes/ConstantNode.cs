namespace AiGateway.Contracts.Cel.Nodes;

internal sealed class ConstantNode(CelValue value) : CelNode
{
    public CelValue Value => value;

    public override CelValue Evaluate(in CostVariables variables) => value;
}

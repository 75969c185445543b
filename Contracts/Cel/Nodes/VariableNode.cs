namespace AiGateway.Contracts.Cel.Nodes;

internal sealed class VariableNode(CelVariable variable) : CelNode
{
    private readonly CelVariable.Reader _read = variable.Read;

    public override CelValue Evaluate(in CostVariables variables) => _read(in variables);
}

namespace AiGateway.Contracts.Cel.Nodes;

internal sealed class NotNode(CelLocation location, CelNode operand) : CelNode
{
    public override CelValue Evaluate(in CostVariables variables)
    {
        var value = operand.Evaluate(in variables);
        return value.Kind switch
        {
            CelKind.Bool => CelValue.Bool(!value.AsBool),
            CelKind.Error => value,
            _ => CelValue.Error($"{CelArithmetic.Name(value)} is not a bool").At(location),
        };
    }
}

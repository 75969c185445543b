namespace AiGateway.Contracts.Cel.Nodes;

/// <summary><c>condition ? a : b</c>; the branch not taken is not evaluated.</summary>
internal sealed class ConditionalNode(CelLocation location, CelNode condition, CelNode whenTrue, CelNode whenFalse) : CelNode
{
    public override CelValue Evaluate(in CostVariables variables)
    {
        var value = condition.Evaluate(in variables);
        return value.Kind switch
        {
            CelKind.Bool => value.AsBool ? whenTrue.Evaluate(in variables) : whenFalse.Evaluate(in variables),
            CelKind.Error => value,
            _ => CelValue.Error($"{CelArithmetic.Name(value)} is not a bool").At(location),
        };
    }
}

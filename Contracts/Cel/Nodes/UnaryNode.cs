namespace AiGateway.Contracts.Cel.Nodes;

/// <summary>A function of one value: unary minus, a conversion, <c>size</c>.</summary>
internal sealed class UnaryNode(CelLocation location, CelFunction.Unary apply, CelNode operand) : CelNode
{
    public override CelValue Evaluate(in CostVariables variables)
    {
        var value = operand.Evaluate(in variables);
        return value.IsError ? value : apply(in value).At(location);
    }
}

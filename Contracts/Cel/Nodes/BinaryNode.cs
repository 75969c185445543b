namespace AiGateway.Contracts.Cel.Nodes;

/// <summary>A strict operator or method of two values; an error on either side is the result.</summary>
internal sealed class BinaryNode(CelLocation location, CelOperator.Combine apply, CelNode left, CelNode right) : CelNode
{
    public override CelValue Evaluate(in CostVariables variables)
    {
        var first = left.Evaluate(in variables);
        if (first.IsError)
            return first;
        var second = right.Evaluate(in variables);
        return second.IsError ? second : apply(in first, in second).At(location);
    }
}

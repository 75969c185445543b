namespace AiGateway.Contracts.Cel.Nodes;

/// <summary>
/// <c>&amp;&amp;</c> and <c>||</c>. Order does not matter in CEL: a side that decides the result hides an error on the other one,
/// so <c>1 / 0 == 1 || true</c> is true.
/// </summary>
/// <param name="location">Of the operator.</param>
/// <param name="decisive">The value that decides alone: false for <c>&amp;&amp;</c>, true for <c>||</c>.</param>
/// <param name="left">Left side.</param>
/// <param name="right">Right side, not evaluated when the left one decides.</param>
internal sealed class LogicNode(CelLocation location, bool decisive, CelNode left, CelNode right) : CelNode
{
    public override CelValue Evaluate(in CostVariables variables)
    {
        var first = AsBool(left.Evaluate(in variables));
        if (Decides(first))
            return first;
        var second = AsBool(right.Evaluate(in variables));
        return Decides(second) || !first.IsError ? second : first;
    }

    private bool Decides(in CelValue value) => value.Kind == CelKind.Bool && value.AsBool == decisive;

    private CelValue AsBool(in CelValue value) => value.Kind is CelKind.Bool or CelKind.Error
        ? value
        : CelValue.Error($"{CelArithmetic.Name(value)} is not a bool").At(location);
}

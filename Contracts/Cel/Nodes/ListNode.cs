namespace AiGateway.Contracts.Cel.Nodes;

/// <summary>A list with at least one part that is only known at run time.</summary>
internal sealed class ListNode(CelNode[] items) : CelNode
{
    public override CelValue Evaluate(in CostVariables variables)
    {
        var values = new CelValue[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(in variables);
            if (values[i].IsError)
                return values[i];
        }

        return CelValue.List(values);
    }
}

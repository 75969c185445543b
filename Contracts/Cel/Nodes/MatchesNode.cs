using System.Text.RegularExpressions;

namespace AiGateway.Contracts.Cel.Nodes;

/// <summary><c>text.matches("pattern")</c>: true when the pattern is found anywhere in the text, in time linear in its length.</summary>
internal sealed class MatchesNode(CelLocation location, CelNode text, Regex pattern) : CelNode
{
    public const string Name = "matches";
    public const string Usage = "string.matches('pattern')";

    public override CelValue Evaluate(in CostVariables variables)
    {
        var value = text.Evaluate(in variables);
        return value.Kind switch
        {
            CelKind.String when value.AsString.Length > CelLimits.MatchedLength =>
                CelValue.Error($"the text has more than {CelLimits.MatchedLength} characters").At(location),
            CelKind.String => CelValue.Bool(pattern.IsMatch(value.AsString)),
            CelKind.Error => value,
            _ => CelValue.Error($"{CelArithmetic.Name(value)} is not a string").At(location),
        };
    }
}

using AiGateway.Contracts.Cel.Nodes;

namespace AiGateway.Contracts.Cel;

/// <summary>Resolves function and method calls whose parts have been checked already.</summary>
internal sealed class CelCallChecker(string text, CelErrors errors)
{
    public CelChecked Check(CelSyntax.Call call, CelChecked? receiver, CelChecked[] arguments)
    {
        if (call.Function == MatchesNode.Name)
            return CheckMatches(call, receiver, arguments);
        if (CelFunction.Find(call.Function) is not { } function)
            return Fail(call, $"unknown function '{call.Function}'; known are {CelFunction.Names}");

        var written = receiver is { } first ? [first, .. arguments] : arguments;
        var styleFits = function.Call switch
        {
            CelFunction.Style.Global => receiver is null,
            CelFunction.Style.Method => receiver is not null,
            _ => true,
        };
        if (!styleFits || written.Length != (function.Of is null ? 2 : 1))
            return Fail(call, $"'{call.Function}' is written {function.Usage}");
        foreach (var argument in written)
        {
            if (!Array.Exists(function.Accepts, argument.Type.CanBe))
                return Fail(call, $"'{call.Function}' does not accept {argument.Type}");
        }

        var location = CelLocation.Of(text, call.Position);
        CelNode node = function.Of is { } unary
            ? new UnaryNode(location, unary, written[0].Node)
            : new BinaryNode(location, function.OfBoth!, written[0].Node, written[1].Node);
        return new CelChecked(node, function.Result);
    }

    /// <summary>
    /// The pattern must be a literal: it is compiled once, its mistakes show when the configuration is loaded, and no caller can
    /// supply one.
    /// </summary>
    private CelChecked CheckMatches(CelSyntax.Call call, CelChecked? receiver, CelChecked[] arguments)
    {
        var written = receiver is { } first ? [first, .. arguments] : arguments;
        if (written.Length != 2)
            return Fail(call, $"'{MatchesNode.Name}' is written {MatchesNode.Usage}");
        if (!written[0].Type.CanBe(CelKind.String))
            return Fail(call, $"'{MatchesNode.Name}' does not accept {written[0].Type}");
        if (written[1].Node is not ConstantNode { Value: { Kind: CelKind.String, AsString: var pattern } })
            return Fail(call, $"the pattern of '{MatchesNode.Name}' must be a string literal");
        if (!Re2Pattern.TryCompile(pattern, out var regex, out var error))
            return Fail(call, error);
        return new CelChecked(new MatchesNode(CelLocation.Of(text, call.Position), written[0].Node, regex), CelType.Bool);
    }

    private CelChecked Fail(CelSyntax.Call call, string message) => CelChecker.Failed(errors, call.Position, message);
}

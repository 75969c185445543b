using AiGateway.Contracts.Cel.Nodes;

namespace AiGateway.Contracts.Cel;

/// <summary>
/// Resolves names and types and builds what runs. After the first mistake parts have type <see cref="CelKind.Any"/>, which fits
/// everywhere, so one mistake is not reported twice.
/// </summary>
internal sealed class CelChecker(string text, CelErrors errors)
{
    private readonly CelCallChecker _calls = new(text, errors);

    public CelChecked Check(CelSyntax syntax) => syntax switch
    {
        CelSyntax.Constant constant => new CelChecked(new ConstantNode(constant.Value), new CelType(constant.Value.Kind)),
        CelSyntax.Name name => CheckName(name),
        CelSyntax.Unary unary => CheckUnary(unary),
        CelSyntax.Binary { Operator: "&&" or "||" } logic => CheckLogic(logic),
        CelSyntax.Binary binary => CheckBinary(binary),
        CelSyntax.Conditional conditional => CheckConditional(conditional),
        CelSyntax.List list => CheckList(list),
        CelSyntax.Index index => CheckIndex(index),
        CelSyntax.Call call => _calls.Check(call, call.Receiver is null ? null : Check(call.Receiver), [.. call.Arguments.Select(Check)]),
        _ => throw new InvalidOperationException($"No rule for {syntax.GetType().Name}."),
    };

    private CelChecked CheckName(CelSyntax.Name name) => CelVariable.Find(name.Text) is { } variable
        ? new CelChecked(new VariableNode(variable), variable.Type)
        : Fail(name.Position, $"unknown name '{name.Text}'; known are {CelVariable.Names}");

    private CelChecked CheckUnary(CelSyntax.Unary unary)
    {
        var operand = Check(unary.Operand);
        var location = CelLocation.Of(text, unary.Position);
        if (unary.Operator == "!")
        {
            return operand.Type.CanBe(CelKind.Bool)
                ? new CelChecked(new NotNode(location, operand.Node), CelType.Bool)
                : Fail(unary.Position, $"'!' needs a bool, not {operand.Type}");
        }

        return operand.Type.Kind switch
        {
            CelKind.Int or CelKind.Double or CelKind.Number => Negated(operand.Type),
            CelKind.Any => Negated(CelType.Number),
            CelKind.Uint => Fail(unary.Position, "'-' cannot be applied to a uint; convert it first: -int(…)"),
            _ => Fail(unary.Position, $"'-' needs an int or a double, not {operand.Type}"),
        };

        CelChecked Negated(CelType type) => new(new UnaryNode(location, CelArithmetic.Negate, operand.Node), type);
    }

    private CelChecked CheckLogic(CelSyntax.Binary logic)
    {
        var left = Check(logic.Left);
        var right = Check(logic.Right);
        if (!left.Type.CanBe(CelKind.Bool) || !right.Type.CanBe(CelKind.Bool))
            return Fail(logic.Position, $"'{logic.Operator}' needs bools, not {left.Type} and {right.Type}");
        var node = new LogicNode(CelLocation.Of(text, logic.Position), decisive: logic.Operator == "||", left.Node, right.Node);
        return new CelChecked(node, CelType.Bool);
    }

    private CelChecked CheckBinary(CelSyntax.Binary binary)
    {
        var left = Check(binary.Left);
        var right = Check(binary.Right);
        var operation = CelOperator.Get(binary.Operator);
        return operation.ResultType(left.Type, right.Type) is { } type
            ? new CelChecked(new BinaryNode(CelLocation.Of(text, binary.Position), operation.Apply, left.Node, right.Node), type)
            : Fail(binary.Position, $"'{binary.Operator}' cannot be applied to {left.Type} and {right.Type}");
    }

    private CelChecked CheckConditional(CelSyntax.Conditional conditional)
    {
        var condition = Check(conditional.Condition);
        var whenTrue = Check(conditional.WhenTrue);
        var whenFalse = Check(conditional.WhenFalse);
        if (!condition.Type.CanBe(CelKind.Bool))
            return Fail(conditional.Position, $"the condition of '?:' must be a bool, not {condition.Type}");
        if (CelType.Join(whenTrue.Type, whenFalse.Type) is not { } type)
            return Fail(conditional.Position, $"the branches of '?:' must have one type, not {whenTrue.Type} and {whenFalse.Type}");
        var location = CelLocation.Of(text, conditional.Position);
        return new CelChecked(new ConditionalNode(location, condition.Node, whenTrue.Node, whenFalse.Node), type);
    }

    private CelChecked CheckList(CelSyntax.List list)
    {
        var items = list.Items.Select(Check).ToArray();
        var element = items.Length == 0
            ? CelType.Any
            : items.Select(item => item.Type).Aggregate((all, next) => CelType.Join(all, next) ?? CelType.Any);
        CelNode node = Array.TrueForAll(items, item => item.Node is ConstantNode)
            ? new ConstantNode(CelValue.List([.. items.Select(item => ((ConstantNode)item.Node).Value)]))
            : new ListNode([.. items.Select(item => item.Node)]);
        return new CelChecked(node, CelType.ListOf(element));
    }

    private CelChecked CheckIndex(CelSyntax.Index index)
    {
        var target = Check(index.Target);
        var key = Check(index.Key);
        var type = target.Type.Kind switch
        {
            CelKind.Any => CelType.Any,
            CelKind.Map when key.Type.CanBe(CelKind.String) => target.Type.Element,
            CelKind.List when !index.IsMember && (key.Type.CanBe(CelKind.Int) || key.Type.Kind == CelKind.Uint) => target.Type.Element,
            _ => null,
        };
        if (type is null)
        {
            return Fail(index.Position, index.IsMember
                ? $"{target.Type} has no members"
                : $"{target.Type} cannot be indexed with {key.Type}");
        }

        return new CelChecked(new BinaryNode(CelLocation.Of(text, index.Position), CelIndexing.Get, target.Node, key.Node), type);
    }

    private CelChecked Fail(int position, string message) => Failed(errors, position, message);

    public static CelChecked Failed(CelErrors errors, int position, string message)
    {
        errors.Report(position, message);
        return new CelChecked(new ConstantNode(CelValue.Null), CelType.Any);
    }
}

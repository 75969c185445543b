namespace AiGateway.Contracts.Cel;

/// <summary>An expression as written, before names and types are known.</summary>
internal abstract record CelSyntax(int Position, int Depth)
{
    public sealed record Constant(int Position, CelValue Value) : CelSyntax(Position, 1);

    public sealed record Name(int Position, string Text) : CelSyntax(Position, 1);

    /// <summary><c>!</c> or <c>-</c>.</summary>
    public sealed record Unary(int Position, string Operator, CelSyntax Operand) : CelSyntax(Position, Operand.Depth + 1);

    public sealed record Binary(int Position, string Operator, CelSyntax Left, CelSyntax Right)
        : CelSyntax(Position, Math.Max(Left.Depth, Right.Depth) + 1);

    public sealed record Conditional(int Position, CelSyntax Condition, CelSyntax WhenTrue, CelSyntax WhenFalse)
        : CelSyntax(Position, Math.Max(Condition.Depth, Math.Max(WhenTrue.Depth, WhenFalse.Depth)) + 1);

    public sealed record List(int Position, IReadOnlyList<CelSyntax> Items) : CelSyntax(Position, Deepest(Items) + 1);

    /// <summary><c>target[index]</c>; <c>target.name</c> arrives here too, as <c>target["name"]</c>.</summary>
    public sealed record Index(int Position, CelSyntax Target, CelSyntax Key, bool IsMember)
        : CelSyntax(Position, Math.Max(Target.Depth, Key.Depth) + 1);

    /// <summary><c>function(arguments)</c>, or <c>receiver.function(arguments)</c> when there is a receiver.</summary>
    public sealed record Call(int Position, string Function, CelSyntax? Receiver, IReadOnlyList<CelSyntax> Arguments)
        : CelSyntax(Position, Math.Max(Receiver?.Depth ?? 0, Deepest(Arguments)) + 1);

    private static int Deepest(IReadOnlyList<CelSyntax> nodes) => nodes.Count == 0 ? 0 : nodes.Max(node => node.Depth);
}

namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>A list.</summary>
internal sealed class SequenceNode(IReadOnlyList<Node> items, Position position) : Node(position)
{
    public IReadOnlyList<Node> Items { get; } = items;

    /// <inheritdoc />
    public override long Size { get; } = 1 + items.Sum(static item => item.Size);

    /// <inheritdoc />
    public override string TypeName => "array";
}

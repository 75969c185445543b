namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>An object; keys are unique and kept in the order written.</summary>
internal sealed class MappingNode : Node
{
    private readonly Dictionary<string, MappingEntry> _byKey;

    public MappingNode(IReadOnlyList<MappingEntry> entries, Position position)
        : base(position)
    {
        Entries = entries;
        _byKey = entries.ToDictionary(static entry => entry.Key, StringComparer.Ordinal);
        Size = 1 + entries.Sum(static entry => 1 + entry.Value.Size);
    }

    public IReadOnlyList<MappingEntry> Entries { get; }

    /// <inheritdoc />
    public override long Size { get; }

    /// <inheritdoc />
    public override string TypeName => "object";

    /// <summary>The entry with that key, or null.</summary>
    public MappingEntry? Entry(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>The value of that key; null when it is absent or an explicit null, which Kubernetes treats alike.</summary>
    public Node? Value(string key) => Entry(key)?.Value is { } value and not ScalarNode { Kind: ScalarKind.Null } ? value : null;
}

/// <summary>One member of an object.</summary>
/// <param name="Key">Member name.</param>
/// <param name="KeyPosition">Where the name stands.</param>
/// <param name="Value">Its value.</param>
internal sealed record MappingEntry(string Key, Position KeyPosition, Node Value);

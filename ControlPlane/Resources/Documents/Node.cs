namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>One value of a manifest with its place in the file. Aliases share the node of their anchor.</summary>
/// <param name="position">Where the value starts in the file as written.</param>
internal abstract class Node(Position position)
{
    /// <summary>Where the value starts.</summary>
    public Position Position { get; } = position;

    /// <summary>Number of nodes below and including this one; bounds what aliases may multiply.</summary>
    public abstract long Size { get; }

    /// <summary>The word Kubernetes uses for this type in messages.</summary>
    public abstract string TypeName { get; }
}

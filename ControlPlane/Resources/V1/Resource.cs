using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>What every typed resource has: the document it was read from.</summary>
internal abstract class Resource
{
    public required ResourceDocument Document { get; init; }

    public string Name => Document.Name;

    /// <summary>Namespace; empty for cluster-wide kinds.</summary>
    public string Namespace => Document.Namespace ?? string.Empty;

    /// <summary><c>namespace/name</c>.</summary>
    public string Key => Document.Key;
}

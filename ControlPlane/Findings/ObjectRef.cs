namespace AiGateway.ControlPlane.Findings;

/// <summary>Names one resource, as it is printed in findings and statuses.</summary>
/// <param name="Kind">Resource kind, e.g. <c>AIGatewayRoute</c>.</param>
/// <param name="Namespace">Null for cluster-wide kinds.</param>
/// <param name="Name">Object name.</param>
public sealed record ObjectRef(string Kind, string? Namespace, string Name)
{
    /// <summary><c>Kind namespace/name</c>, or <c>Kind name</c> for cluster-wide kinds.</summary>
    public override string ToString() => Namespace is null ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>A reference to another object; members that a particular reference does not have stay null.</summary>
internal sealed record ObjectReference(string Group, string Kind, string Name)
{
    /// <summary>Null means the namespace of the referring object.</summary>
    public string? Namespace { get; init; }

    public int? Port { get; init; }

    /// <summary>Listener of a Gateway, rule of a route or port of a Service.</summary>
    public string? SectionName { get; init; }

    public bool Is(string group, string kind) => Group == group && Kind == kind;
}

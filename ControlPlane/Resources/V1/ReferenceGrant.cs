namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Allows objects of other namespaces to refer to objects of this one.</summary>
internal sealed class ReferenceGrant : Resource
{
    public required IReadOnlyList<GrantSource> From { get; init; }

    public required IReadOnlyList<GrantTarget> To { get; init; }
}

/// <summary>Who may refer.</summary>
internal sealed record GrantSource(string Group, string Kind, string Namespace);

/// <summary>To what; a null name means every object of the kind.</summary>
internal sealed record GrantTarget(string Group, string Kind, string? Name);

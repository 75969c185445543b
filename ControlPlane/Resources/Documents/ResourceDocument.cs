using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>One object as it was written, before its kind is known to be ours.</summary>
internal sealed class ResourceDocument
{
    /// <summary>File as the operator named it.</summary>
    public required string File { get; init; }

    /// <summary>The whole object.</summary>
    public required MappingNode Root { get; init; }

    /// <summary>API group; empty for core kinds.</summary>
    public required string Group { get; init; }

    /// <summary>Version within the group.</summary>
    public required string Version { get; init; }

    /// <summary>Resource kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Object name.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace, <c>default</c> when none is given; null for cluster-wide kinds.</summary>
    public required string? Namespace { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Set by an API server; files rarely carry it.</summary>
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>How findings and statuses name the object.</summary>
    public ObjectRef Ref => new(Kind, Namespace, Name);

    /// <summary><c>namespace/name</c>.</summary>
    public string Key => Namespace is null ? Name : $"{Namespace}/{Name}";

    /// <summary>True once an error was found in the object itself; what depends on it is then isolated.</summary>
    public bool HasErrors { get; set; }
}

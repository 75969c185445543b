namespace AiGateway.ControlPlane.Findings;

/// <summary>
/// One thing that is wrong or doubtful in the configuration: where it stands, what it is about and what to do. Never contains a secret value.
/// </summary>
public sealed record Finding
{
    /// <summary>Whether the configuration can be used in spite of it.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>File as the operator named it, <c>-</c> for standard input; null when the finding is about the set as a whole.</summary>
    public string? File { get; init; }

    /// <summary>Line in the file as written, from 1; 0 when there is none.</summary>
    public int Line { get; init; }

    /// <summary>Column in the file as written, from 1; 0 when there is none.</summary>
    public int Column { get; init; }

    /// <summary>The resource it is about; null before one could be recognised.</summary>
    public ObjectRef? Object { get; init; }

    /// <summary>Field path within the resource, e.g. <c>spec.rules[0].backendRefs[0].name</c>.</summary>
    public string? Path { get; init; }

    /// <summary>The value found there, as written; <c>***</c> for secrets, null when it would not help.</summary>
    public string? Value { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Fix { get; init; }
}

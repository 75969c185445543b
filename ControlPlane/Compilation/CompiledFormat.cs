namespace AiGateway.ControlPlane.Compilation;

/// <summary>How a compiled configuration is written.</summary>
public enum CompiledFormat
{
    /// <summary>Two documents: the snapshot and the statuses.</summary>
    Yaml,

    /// <summary>One object with the members <c>snapshot</c> and <c>statuses</c>.</summary>
    Json,
}

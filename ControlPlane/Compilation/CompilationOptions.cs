namespace AiGateway.ControlPlane.Compilation;

/// <summary>What compilation needs to know besides the resources.</summary>
public sealed record CompilationOptions
{
    /// <summary>Port of the listener that is made up when the resources hold no Gateway at all.</summary>
    public int DefaultPort { get; init; } = 1975;

    /// <summary>
    /// Stands in for the creation time of objects that have none, which is every object read from a file. It shows as <c>created</c> of models and does
    /// not take part in the revision: loading the same files later gives the same revision.
    /// </summary>
    public required DateTimeOffset LoadTime { get; init; }
}

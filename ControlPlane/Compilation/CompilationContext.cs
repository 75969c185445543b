using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>What the compilers of one build share.</summary>
internal sealed class CompilationContext(ResourceStore store, CompilationOptions options)
{
    public ResourceStore Store => store;

    public CompilationOptions Options => options;

    public FindingCollector Findings { get; } = new();

    public StatusBuilder Statuses { get; } = new();

    public ReferenceGrants Grants { get; } = new(store);

    /// <summary>A reference that leads nowhere, or that is not allowed: an error where it is written, and a condition.</summary>
    public void Unresolved(ResourceDocument document, string path, string reason, string message, string? fix = null)
    {
        Findings.ReferenceError(document, path, message, fix);
        Statuses.NotResolved(document, reason, message);
    }

    /// <summary>An object that cannot take part.</summary>
    public void Refused(ResourceDocument document, string path, string reason, string message, string? fix = null)
    {
        Findings.ReferenceError(document, path, message, fix);
        Statuses.NotAccepted(document, reason, message);
    }

    /// <summary>Names for "available: …" hints, at most ten.</summary>
    public static string Available(IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        return all.Count switch
        {
            0 => "there is none in the configuration",
            <= 10 => $"available: {string.Join(", ", all)}",
            _ => $"available: {string.Join(", ", all.Take(10))} and {all.Count - 10} more",
        };
    }
}

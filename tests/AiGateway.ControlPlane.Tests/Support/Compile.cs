using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Resources;

namespace AiGateway.ControlPlane.Tests.Support;

/// <summary>Short ways from manifest text to what it amounts to.</summary>
internal static class Compile
{
    public static readonly CompilationOptions Options = new() { LoadTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) };

    public static ResourceSet Read(string yaml, Func<string, string?>? environment = null, string file = "in.yaml") =>
        new ManifestLoader(environment ?? (static _ => null)).LoadText(yaml, file);

    public static CompilationResult Text(string yaml, Func<string, string?>? environment = null, string file = "in.yaml") =>
        SnapshotBuilder.Build(Read(yaml, environment, file), Options);

    /// <summary>Findings in their text form.</summary>
    public static IReadOnlyList<string> Lines(this IReadOnlyList<Finding> findings) => [.. findings.Select(FindingWriter.ToText)];
}

using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Resources;

namespace AiGateway.Cli.Hosting;

/// <summary>Compiles a configuration once, without watching it.</summary>
internal static class Compiler
{
    public static async Task<Compiled> CompileAsync(IReadOnlyList<string> paths, Func<string, string?> variable, CliEnvironment environment, CancellationToken cancellationToken) =>
        Build(await new ManifestLoader(variable, environment.Input).LoadAsync(paths, cancellationToken), environment);

    public static Compiled CompileText(string text, string name, Func<string, string?> variable, CliEnvironment environment) =>
        Build(new ManifestLoader(variable).LoadText(text, name), environment);

    private static Compiled Build(ResourceSet resources, CliEnvironment environment) =>
        new(resources.Count, SnapshotBuilder.Build(resources, new CompilationOptions { LoadTime = DateTimeOffset.FromUnixTimeSeconds(environment.Time.GetUtcNow().ToUnixTimeSeconds()) }));
}

/// <summary>A configuration that was compiled.</summary>
/// <param name="Objects">How many objects were read.</param>
/// <param name="Result">What they amount to.</param>
internal sealed record Compiled(int Objects, CompilationResult Result);

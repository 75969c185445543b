using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Resources;

namespace AiGateway.Cli.Hosting;

/// <summary>Compiles a configuration once, without watching it.</summary>
internal static class Compiler
{
    public static async Task<CompilationResult> CompileAsync(IReadOnlyList<string> paths, Func<string, string?> variable, CliEnvironment environment, CancellationToken cancellationToken) =>
        Build(await new ManifestLoader(variable, environment.Input).LoadAsync(paths, cancellationToken), environment);

    public static CompilationResult CompileText(string text, string name, Func<string, string?> variable, CliEnvironment environment) =>
        Build(new ManifestLoader(variable).LoadText(text, name), environment);

    private static CompilationResult Build(ResourceSet resources, CliEnvironment environment) =>
        SnapshotBuilder.Build(resources, new CompilationOptions { LoadTime = DateTimeOffset.FromUnixTimeSeconds(environment.Time.GetUtcNow().ToUnixTimeSeconds()) });
}

using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

/// <summary>Every file under <c>examples/</c> works as it stands, with the variables its first lines name set.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Examples { get; } = new(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), "*.yaml", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(Repository.Root, file))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_WithItsKeysSet_ServesWithoutAnyFinding(string example)
    {
        var loader = new ManifestLoader(static name => name.EndsWith("_API_KEY", StringComparison.Ordinal) ? $"value-of-{name}" : null);

        var resources = await loader.LoadAsync([Path.Combine(Repository.Root, example)], TestContext.Current.CancellationToken);
        var result = SnapshotBuilder.Build(resources, Compile.Options);

        Assert.Empty(result.Findings.Lines());
        Assert.NotEmpty(result.Snapshot.Routes);
        Assert.All(result.Snapshot.Backends, static backend => Assert.Null(backend.Unusable));
        Assert.Equal(1975, Assert.Single(result.Snapshot.Listeners).Port);
    }
}

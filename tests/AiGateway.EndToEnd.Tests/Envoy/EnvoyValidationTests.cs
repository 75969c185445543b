using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>The real Envoy accepts every bootstrap that is recorded, and those of every example.</summary>
public sealed class EnvoyValidationTests
{
    public static TheoryData<string> Recorded { get; } = Files(Path.Combine("tests", "AiGateway.ControlPlane.Tests", "Golden"), "envoy.yaml");

    public static TheoryData<string> Examples { get; } = Files("examples", "*.yaml");

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task RecordedBootstrap_ShownToEnvoy_IsAcceptedWithoutWarning(string file)
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        var text = await File.ReadAllTextAsync(RepositoryRoot.Combine(file), deadline);

        await AcceptedAsync(run, folder.Write("envoy.yaml", text.Replace(Bootstrap.SystemTrustFile, Bootstrap.Authorities(folder), StringComparison.Ordinal)), deadline);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_Translated_IsAcceptedWithoutWarning(string file)
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();

        await AcceptedAsync(run, await Bootstrap.TranslateAsync(folder, RepositoryRoot.Combine(file), deadline), deadline);
    }

    private static async Task AcceptedAsync(string run, string bootstrap, CancellationToken cancellationToken)
    {
        await using var envoy = ChildProcess.Start(run, ["--mode", "validate", "-c", bootstrap, "-l", "warning"]);

        var exitCode = await envoy.WaitForExitAsync(cancellationToken);

        // A warning is a deprecated or dangerous setting: Envoy's next version may refuse it.
        Assert.Empty(envoy.Errors);
        Assert.Equal(0, exitCode);
    }

    private static TheoryData<string> Files(string folder, string pattern) => new(
        Directory.EnumerateFiles(RepositoryRoot.Combine(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))
            .Order(StringComparer.Ordinal));
}

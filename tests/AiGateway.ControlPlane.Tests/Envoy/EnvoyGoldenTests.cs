using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests.Envoy;

/// <summary>Every golden case as a bootstrap, in its folder as <c>envoy.yaml</c>. The end-to-end tests show these files to the real Envoy.</summary>
public sealed class EnvoyGoldenTests
{
    [Theory]
    [MemberData(nameof(GoldenTests.Cases), MemberType = typeof(GoldenTests))]
    public void Case_ForEnvoy_GivesRecordedBootstrap(string name)
    {
        var file = Path.Combine(Repository.Golden, name, "envoy.yaml");

        var actual = EnvoyCase.Yaml(EnvoyCase.Translate(EnvoyCase.Golden(name)));

        if (Environment.GetEnvironmentVariable("AIGW_UPDATE_GOLDEN") == "1") File.WriteAllText(file, actual);
        Assert.Equal(File.ReadAllText(file), actual);
    }
}

using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Tests.Support;

namespace AiGateway.ControlPlane.Tests;

/// <summary>The manifests of the guide the product was asked from.</summary>
public sealed class GuideTests
{
    private const string Start = "cat <<EOF | kubectl apply -f -\n";

    [Fact]
    public void GuideManifests_TakenFromTheGuide_AreTheGoldenInput()
    {
        Assert.SkipWhen(Repository.Guide is null, "the guide is not beside this clone");
        var guide = File.ReadAllText(Repository.Guide!);
        var start = guide.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var block = guide[start..(guide.IndexOf("\nEOF\n", start, StringComparison.Ordinal) + 1)];

        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Golden, "guide", "in.yaml")), block);
    }

    [Fact]
    public void GuideManifests_Compiled_ServeTheModelWithoutErrors()
    {
        var result = Compile.Text(File.ReadAllText(Path.Combine(Repository.Golden, "guide", "in.yaml")));

        Assert.DoesNotContain(result.Findings, static finding => finding.Severity == FindingSeverity.Error);
        var rule = Assert.Single(Assert.Single(result.Snapshot.Routes).Rules);
        Assert.Equal("gemini-2.5-flash", Assert.Single(Assert.Single(rule.Matches).Headers).Value);
        Assert.Null(Assert.Single(result.Snapshot.Backends).Unusable);
    }
}

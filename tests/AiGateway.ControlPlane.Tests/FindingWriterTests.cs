using System.Text.Json;
using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.Tests;

public sealed class FindingWriterTests
{
    private static readonly Finding s_finding = new()
    {
        Severity = FindingSeverity.Error,
        File = "config.yaml",
        Line = 3,
        Column = 7,
        Object = new ObjectRef("AIGatewayRoute", "default", "x"),
        Path = "spec.rules[0].backendRefs[0].name",
        Value = "y",
        Reason = "AIServiceBackend y.default not found",
        Fix = "available: z",
    };

    [Fact]
    public void Finding_AsText_IsOneLineWithPlaceObjectFieldReasonAndFix() => Assert.Equal(
        "config.yaml:3:7: error: AIGatewayRoute default/x spec.rules[0].backendRefs[0].name \"y\": AIServiceBackend y.default not found; available: z",
        FindingWriter.ToText(s_finding));

    [Fact]
    public void Finding_WithoutPlace_StartsWithItsSeverity() =>
        Assert.Equal("warning: nothing to serve", FindingWriter.ToText(new Finding { Severity = FindingSeverity.Warning, Reason = "nothing to serve" }));

    [Fact]
    public void Finding_ForGitHub_IsAnEscapedWorkflowCommand()
    {
        var text = Write(FindingFormat.GitHub, s_finding with { File = "a,b.yaml", Reason = "100%\nsure" });

        Assert.Equal(
            "::error file=a%2Cb.yaml,line=3,col=7,title=AIGatewayRoute default/x::AIGatewayRoute default/x spec.rules[0].backendRefs[0].name \"y\": 100%25 sure; available: z",
            text.TrimEnd());
    }

    [Fact]
    public void Findings_AsJson_AreAnArrayOfObjects()
    {
        using var json = JsonDocument.Parse(Write(FindingFormat.Json, s_finding));

        var finding = json.RootElement[0];
        Assert.Equal("error", finding.GetProperty("severity").GetString());
        Assert.Equal(3, finding.GetProperty("line").GetInt32());
        Assert.Equal("AIGatewayRoute", finding.GetProperty("object").GetProperty("kind").GetString());
        Assert.Equal("available: z", finding.GetProperty("fix").GetString());
    }

    private static string Write(FindingFormat format, params Finding[] findings)
    {
        using var output = new StringWriter();
        FindingWriter.Write(findings, format, output);
        return output.ToString();
    }
}

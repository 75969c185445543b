using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Manifests;

namespace AiGateway.ControlPlane.Tests;

public sealed class SubstitutionTests
{
    [Theory]
    [InlineData("a ${SET} b", "a value b")]
    [InlineData("$SET/path", "value/path")]
    [InlineData("${UNSET}", "")]
    [InlineData("$UNSET.", ".")]
    [InlineData("${UNSET:-default}", "default")]
    [InlineData("${EMPTY:-default}", "default")]
    [InlineData("${EMPTY-default}", "")]
    [InlineData("${UNSET-default}", "default")]
    [InlineData("${UNSET:=default}", "default")]
    [InlineData("${SET:-default}", "value")]
    [InlineData("${SET:+alt}", "alt")]
    [InlineData("${EMPTY:+alt}", "")]
    [InlineData("${UNSET:+alt}", "")]
    [InlineData("${UNSET:-}", "")]
    [InlineData("${UNSET:-${SET}}", "value")]
    [InlineData("${UNSET:-https://host:8443/a-b}", "https://host:8443/a-b")]
    [InlineData("$$", "$")]
    [InlineData("$${SET}", "${SET}")]
    [InlineData("^gpt-.*$", "^gpt-.*$")]
    [InlineData("\"^gpt-.*$\"", "\"^gpt-.*$\"")]
    [InlineData("(a|b)$)", "(a|b)$)")]
    [InlineData("US$5", "US$5")]
    [InlineData("${", "${")]
    [InlineData("${SET", "${SET")]
    [InlineData("${1}", "${1}")]
    [InlineData("${SET?message}", "${SET?message}")]
    [InlineData("${UNSET:-\n}", "${UNSET:-\n}")]
    public void Text_Substituted_FollowsTheRules(string text, string expected) => Assert.Equal(expected, Apply(text).Text);

    [Fact]
    public void Value_ThatLooksLikeAReference_IsNotExpandedAgain() =>
        Assert.Equal("$SET ${SET}", new EnvironmentSubstitution(static _ => "$SET ${SET}").Apply("f", "${ANY}", new FindingCollector()).Text);

    [Fact]
    public void UnsetVariable_OutsideComments_IsNamedWithItsPlace()
    {
        var findings = new FindingCollector();

        new EnvironmentSubstitution(static _ => null).Apply("f.yaml", "# $IN_COMMENT\nkey: ${ABSENT}\nother: ${ABSENT:-fine}\n", findings);

        var finding = Assert.Single(findings.Findings);
        Assert.StartsWith("f.yaml:2:6: warning: environment variable ABSENT is not set", FindingWriter.ToText(finding), StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_AfterValuesOfOtherLength_NamePlacesOfTheOriginal()
    {
        var source = new EnvironmentSubstitution(static _ => "long\nvalue\nwith lines").Apply("f", "a: ${X}\nb: $Y c\nd: e\n", new FindingCollector());

        var position = source.Locate(source.Text.IndexOf("d:", StringComparison.Ordinal));

        Assert.Equal((3, 1), (position.Line, position.Column));
    }

    [Theory]
    [InlineData("a: ${X}", 3, 8, "${X}")]
    [InlineData("a: p${X}q", 3, 10, "p${X}q")]
    [InlineData("a: \"${E}\"", 3, 5, "\"${E}\"")]
    [InlineData("a: b\nc: $X", 3, 4, null)]
    [InlineData("${E}${E}a: b", 3, 4, null)]
    public void Range_TouchedByASubstitution_IsShownAsWritten(string text, int start, int end, string? expected)
    {
        var source = new EnvironmentSubstitution(static name => name == "X" ? "value" : "").Apply("f", text, new FindingCollector());

        Assert.Equal(expected, source.Substituted(start, end));
    }

    private static SourceText Apply(string text) =>
        new EnvironmentSubstitution(static name => name switch { "SET" => "value", "EMPTY" => "", _ => null }).Apply("f", text, new FindingCollector());
}

using AiGateway.Cli.Demo;

namespace AiGateway.Cli.Tests.Demo;

public sealed class DemoTokenEstimatorTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("Hello", 1)]
    [InlineData("Hello, world!", 4)]
    [InlineData("extraordinary", 3)]
    [InlineData("12345", 2)]
    [InlineData("a  b", 3)]
    [InlineData("日本語です", 3)]
    [InlineData("👍👍", 2)]
    public void Count_KnownTexts_IsStable(string text, int tokens) => Assert.Equal(tokens, DemoTokenEstimator.Count(text));

    [Theory]
    [InlineData("The quick brown fox, 42 times.\n\tAnd   again: \"été\"…")]
    [InlineData("  leading and trailing  ")]
    [InlineData("mixed日本語👩‍👩‍👧 text")]
    [InlineData(" ")]
    public void Split_AnyText_JoinsBackAndAgreesWithCount(string text)
    {
        var tokens = DemoTokenEstimator.Split(text);

        Assert.Equal(text, string.Concat(tokens));
        Assert.Equal(tokens.Count, DemoTokenEstimator.Count(text));
        for (var i = 0; i <= tokens.Count; i++)
            Assert.Equal(string.Concat(tokens.Take(i)), DemoTokenEstimator.Take(text, i));
    }

    [Fact]
    public void Count_OrdinaryEnglish_IsNearFourCharactersPerToken()
    {
        const string Text = "A gateway stands between many clients and many providers; it holds the credentials, chooses a backend for every request, "
            + "counts what was used and tells an operator what happened. It should never be the reason why something is slow.";

        Assert.InRange(Text.Length / (double)DemoTokenEstimator.Count(Text), 3.5, 5);
    }
}

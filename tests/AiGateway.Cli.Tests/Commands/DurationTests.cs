using AiGateway.Cli.Commands;

namespace AiGateway.Cli.Tests.Commands;

public sealed class DurationTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5m", 90_000)]
    [InlineData("3", 3_000)]
    [InlineData("0s", 0)]
    public void TryParse_Duration_IsUnderstood(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1h30")]
    [InlineData("99999999s")]
    public void TryParse_Mistake_IsRefused(string text) => Assert.False(Duration.TryParse(text, out _));
}

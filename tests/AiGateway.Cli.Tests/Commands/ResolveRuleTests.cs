using AiGateway.Cli.Commands;

namespace AiGateway.Cli.Tests.Commands;

public sealed class ResolveRuleTests
{
    [Theory]
    [InlineData("api.openai.com:443:127.0.0.1", "api.openai.com", 443, "127.0.0.1:443")]
    [InlineData("API.OpenAI.com:443:127.0.0.1:8443", "api.openai.com", 443, "127.0.0.1:8443")]
    [InlineData("a:80:[::1]", "a", 80, "[::1]:80")]
    [InlineData("a:80:[::1]:81", "a", 80, "[::1]:81")]
    public void TryParse_Rule_IsUnderstood(string text, string host, int port, string target)
    {
        Assert.True(ResolveRule.TryParse(text, out var rule));

        Assert.Equal((host, port, target), (rule.Host, rule.Port, rule.Target.ToString()));
    }

    [Theory]
    [InlineData("a:80")]
    [InlineData(":80:127.0.0.1")]
    [InlineData("a:x:127.0.0.1")]
    [InlineData("a:0:127.0.0.1")]
    [InlineData("a:80:localhost")]
    [InlineData("a:80:127.1")]
    [InlineData("a:80:127.0.0.1:70000")]
    [InlineData("a:80:[::1")]
    [InlineData("a:80:[::1]81")]
    public void TryParse_Mistake_IsRefused(string text) => Assert.False(ResolveRule.TryParse(text, out _));
}

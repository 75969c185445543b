using AiGateway.Cli.Hosting;
using AiGateway.Contracts;

namespace AiGateway.Cli.Tests.Hosting;

public sealed class RequestLineTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly UsageRecord s_record = new()
    {
        ExchangeId = Guid.Empty,
        RequestId = "r",
        StartedAt = s_noon,
        Duration = TimeSpan.FromMilliseconds(1234),
        Operation = "chat",
        Outcome = ExchangeOutcome.Succeeded,
        Status = 200,
        Backend = "default/openai/route/aigw-run/rule/0/ref/0",
        Attempts = 1,
        RequestedModel = "gpt-4.1-mini",
        Usage = new TokenUsage { Input = 8, Output = 43 },
        Costs = [new("llm_input_token", 8), new("micro_usd", 120)],
    };

    [Fact]
    public void Render_Success_HasEveryFigure() => Assert.Equal(
        "12:00:00 200  gpt-4.1-mini       → openai  8/43 tokens  first 31 ms  1.23 s  micro_usd=120",
        RequestLine.Render(s_record, TimeSpan.FromMilliseconds(31), s_noon, color: false));

    [Fact]
    public void Render_Failure_SaysWhy() => Assert.Equal(
        "12:00:00 504  gpt-4.1-mini       → openai (attempt 3)  upstream_timeout  1.23 s",
        RequestLine.Render(s_record with { Status = 504, Attempts = 3, ErrorCode = "upstream_timeout", Usage = default, Costs = [] }, null, s_noon, color: false));

    [Fact]
    public void Render_ClientLeft_SaysSo() => Assert.EndsWith(
        "1.23 s  client left",
        RequestLine.Render(s_record with { Costs = [], Outcome = ExchangeOutcome.ClientCancelled }, null, s_noon, color: false),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(200, "\e[32m200\e[0m")]
    [InlineData(429, "\e[33m429\e[0m")]
    [InlineData(503, "\e[31m503\e[0m")]
    [InlineData(0, "\e[31m---\e[0m")]
    public void Render_Color_FollowsTheStatus(int status, string expected) =>
        Assert.Contains(expected, RequestLine.Render(s_record with { Status = status }, null, s_noon, color: true), StringComparison.Ordinal);
}

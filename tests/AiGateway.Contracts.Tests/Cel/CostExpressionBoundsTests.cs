using AiGateway.Contracts.Cel;

namespace AiGateway.Contracts.Tests.Cel;

/// <summary>Hostile sizes: refused with a message, or compiled; never a stack overflow.</summary>
public sealed class CostExpressionBoundsTests
{
    [Theory]
    [InlineData("(", "")]
    [InlineData("[", "")]
    [InlineData("-", "1")]
    [InlineData("!", "true")]
    [InlineData("1+", "1")]
    [InlineData("1?1:", "1")]
    [InlineData("int(", "1")]
    [InlineData("headers[", "'a'")]
    public void TryCompile_RepeatedToTheTextLimit_SaysTooDeep(string part, string end)
    {
        var text = string.Concat(Enumerable.Repeat(part, (16_000 - end.Length) / part.Length)) + end;

        Assert.False(CostExpression.TryCompile(text, out _, out var error));
        Assert.Contains("more than 250 operations are nested", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCompile_ChainBelowTheDepthLimit_Evaluates()
    {
        var text = string.Join(" + ", Enumerable.Repeat("1", 250));

        Assert.True(CostExpression.TryCompile(text, out var expression, out var error), error);
        Assert.True(expression.TryEvaluate(default, out var value, out _));
        Assert.Equal(250UL, value);
    }

    [Fact]
    public void TryCompile_TextOverTheLimit_SaysHowLongItMayBe()
    {
        var text = "1 " + new string(' ', 16 * 1024);

        Assert.False(CostExpression.TryCompile(text, out _, out var error));
        Assert.Equal("an expression has at most 16384 characters, this one has 16386", error);
    }

    [Fact]
    public void TryEvaluate_StringGrownPastTheLimit_Fails()
    {
        const string text = "size(headers) == 0 ? 0 : size(headers.a + headers.a + headers.a)";
        Assert.True(CostExpression.TryCompile(text, out var expression, out var error), error);
        var variables = new CostVariables { Headers = new Dictionary<string, string> { ["a"] = new('x', 30_000) } };

        Assert.False(expression.TryEvaluate(variables, out _, out error));
        Assert.Equal("1:53: the string has more than 65536 characters", error);
    }

    [Fact]
    public void TryEvaluate_TextTooLongToMatch_Fails()
    {
        Assert.True(CostExpression.TryCompile("model.matches('a$') ? 1 : 2", out var expression, out var error), error);
        Assert.True(expression.TryEvaluate(new CostVariables { Model = new('a', 4096) }, out var value, out _));
        Assert.Equal(1UL, value);

        Assert.False(expression.TryEvaluate(new CostVariables { Model = new('a', 4097) }, out _, out error));
        Assert.Equal("1:7: the text has more than 4096 characters", error);
    }

    [Fact]
    public void TryEvaluate_DefaultVariables_ReadsEmptyStringsAndZeros()
    {
        Assert.True(CostExpression.TryCompile("size(model) + size(headers) + total_tokens", out var expression, out var error), error);

        Assert.True(expression.TryEvaluate(default, out var value, out _));
        Assert.Equal(0UL, value);
    }

    [Fact]
    public void TryEvaluate_HeaderHoldsASecret_MessageDoesNotRepeatIt()
    {
        Assert.True(CostExpression.TryCompile("'k' in headers ? int(headers.k) : 0", out var expression, out var error), error);
        var variables = new CostVariables { Headers = new Dictionary<string, string> { ["k"] = "sk-planted" } };

        Assert.False(expression.TryEvaluate(variables, out _, out error));
        Assert.DoesNotContain("sk-planted", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryEvaluate_OnNumbersAndConstants_AllocatesNothing()
    {
        const string text = "model in ['a', 'gpt-4o'] && status == 200"
            + " ? (input_tokens - cached_input_tokens) * 3 + output_tokens * 15u"
            + " : 0.5 * double(total_tokens)";
        Assert.True(CostExpression.TryCompile(text, out var expression, out var error), error);
        var variables = new CostVariables { Model = "gpt-4o", Status = 200, InputTokens = 100, CachedInputTokens = 40, OutputTokens = 20 };
        Assert.True(expression.TryEvaluate(variables, out var value, out _));
        Assert.Equal(480UL, value);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            expression.TryEvaluate(variables, out _, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

using System.Text;
using AiGateway.Contracts.Cel;

namespace AiGateway.Contracts.Tests.Cel;

/// <summary>Random input is compiled or refused with a message; it never throws. Seeds are fixed, so a failure repeats.</summary>
public sealed class CostExpressionFuzzTests
{
    private static readonly string[] s_tokens =
    [
        "1", "2u", "1.5", "0x1F", "9223372036854775807", "18446744073709551615u", "1e308", "'a'", "\"b\"", "r'\\d'", "'\\n'", "''", "true", "false", "null",
        "model", "headers", "headers['x']", "stream", "status", "input_tokens", "total_tokens", "unknown",
        "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "?", ":", "in", "(", ")", "[", "]", ",", ".",
        "int(", "uint(", "double(", "string(", "bool(", "size(", ".startsWith(", ".matches(", "//", "\n", "\\", "'", "\"", "🙂", "\0", "\ud800",
    ];

    [Fact]
    public void TryCompile_RandomTokens_NeverThrows()
    {
        var random = new Random(20_260_101);
        for (var round = 0; round < 50_000; round++)
            CompileAndRun(RandomTokens(random));
    }

    [Fact]
    public void TryCompile_RandomWellFormedExpressions_NeverThrowsAndOftenCompiles()
    {
        var random = new Random(7);
        var compiled = 0;
        for (var round = 0; round < 20_000; round++)
        {
            if (CompileAndRun(RandomNumber(random, 5)))
                compiled++;
        }

        Assert.InRange(compiled, 2_000, 20_000);
    }

    [Fact]
    public void TryCompile_EveryPrefixOfAValidExpression_NeverThrows()
    {
        const string text = "'x' in headers && headers['x'].matches(r'^a') ? int(1.5e1) + [1, 2][0] * 0xFu : -(size(\"\"\"a\"\"\") - 1) // end";
        for (var length = 0; length <= text.Length; length++)
            CompileAndRun(text[..length]);
    }

    private static bool CompileAndRun(string text)
    {
        if (!CostExpression.TryCompile(text, out var expression, out var error))
        {
            Assert.False(string.IsNullOrEmpty(error), text);
            return false;
        }

        var variables = new CostVariables { Model = "m", InputTokens = ulong.MaxValue, TotalTokens = 3, Status = -1, Stream = true };
        if (!expression.TryEvaluate(variables, out _, out error))
            Assert.False(string.IsNullOrEmpty(error), text);
        return true;
    }

    private static string RandomTokens(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(1, 14); left > 0; left--)
            text.Append(s_tokens[random.Next(s_tokens.Length)]).Append(random.Next(3) == 0 ? " " : "");
        return text.ToString();
    }

    private static string RandomNumber(Random random, int depth) => (depth == 0 ? random.Next(5) : random.Next(12)) switch
    {
        0 => random.Next(100).ToString(System.Globalization.CultureInfo.InvariantCulture),
        1 => random.Next(100).ToString(System.Globalization.CultureInfo.InvariantCulture) + "u",
        2 => "1.25",
        3 => "input_tokens",
        4 => "total_tokens",
        5 => $"({RandomNumber(random, depth - 1)} + {RandomNumber(random, depth - 1)})",
        6 => $"({RandomNumber(random, depth - 1)} * {RandomNumber(random, depth - 1)})",
        7 => $"({RandomNumber(random, depth - 1)} / {RandomNumber(random, depth - 1)})",
        8 => $"({RandomNumber(random, depth - 1)} % {RandomNumber(random, depth - 1)})",
        9 => $"({RandomBool(random, depth - 1)} ? {RandomNumber(random, depth - 1)} : {RandomNumber(random, depth - 1)})",
        10 => $"[{RandomNumber(random, depth - 1)}, {RandomNumber(random, depth - 1)}][{random.Next(3)}]",
        _ => $"double({RandomNumber(random, depth - 1)})",
    };

    private static string RandomBool(Random random, int depth) => depth <= 0 ? "stream" : random.Next(5) switch
    {
        0 => $"{RandomNumber(random, depth - 1)} < {RandomNumber(random, depth - 1)}",
        1 => $"{RandomNumber(random, depth - 1)} == {RandomNumber(random, depth - 1)}",
        2 => $"({RandomBool(random, depth - 1)} || {RandomBool(random, depth - 1)})",
        3 => $"!({RandomBool(random, depth - 1)} && {RandomBool(random, depth - 1)})",
        _ => $"{RandomNumber(random, depth - 1)} in [{RandomNumber(random, depth - 1)}]",
    };
}

using System.Text.Json;
using AiGateway.Contracts.Cel;

namespace AiGateway.Contracts.Tests.Cel;

/// <summary>Every operator, function and error of the subset, as data: <c>expressions.json</c>.</summary>
public sealed class CostExpressionTableTests
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    private static readonly CelCase[] s_cases = Load();

    /// <summary>The row number leads, so a failing row is found at once and equal texts stay apart.</summary>
    public static TheoryData<int, string> Rows()
    {
        var rows = new TheoryData<int, string>();
        for (var i = 0; i < s_cases.Length; i++)
            rows.Add(i, s_cases[i].Expression.Length > 80 ? s_cases[i].Expression[..80] : s_cases[i].Expression);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Expression_FromTable_GivesWhatTheTableSays(int row, string text)
    {
        var expected = s_cases[row];
        Assert.StartsWith(text, expected.Expression, StringComparison.Ordinal);

        var compiled = CostExpression.TryCompile(expected.Expression, out var expression, out var compileError);
        if (expected.CompileError is not null)
        {
            Assert.False(compiled, "compiled, but should not");
            Assert.Contains(expected.CompileError, compileError, StringComparison.Ordinal);
            return;
        }

        Assert.True(compiled, compileError);
        var evaluated = expression!.TryEvaluate(expected.With.ToVariables(), out var value, out var runError);
        if (expected.RunError is not null)
        {
            Assert.False(evaluated, $"gave {value}, but should fail");
            Assert.Contains(expected.RunError, runError, StringComparison.Ordinal);
            return;
        }

        Assert.True(evaluated, runError);
        Assert.Equal(expected.Value, value);
    }

    [Fact]
    public void Table_EachRow_HasExactlyOneOutcome() => Assert.All(s_cases, row =>
        Assert.Single(new object?[] { row.Value, row.CompileError, row.RunError }, outcome => outcome is not null));

    private static CelCase[] Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Cel", "expressions.json");
        return JsonSerializer.Deserialize<CelCase[]>(File.ReadAllBytes(path), s_json)!;
    }
}

using System.Text.RegularExpressions;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Header conditions of routes.</summary>
internal static class Matches
{
    /// <summary>The one construct of RE2 that .NET spells differently.</summary>
    private const string Re2Group = "(?P<";
    private const string DotNetGroup = "(?<";

    public static IReadOnlyList<HeaderMatch> Headers(FieldReader fields) =>
        fields.List("headers", new ListRule(16, Key: "name"), static item =>
        {
            var match = new HeaderMatch(
                item.RequiredText("name", TextRules.HeaderName),
                item.RequiredText("value", TextRules.HeaderValue),
                item.Text("type", TextRules.MatchType) == "RegularExpression");
            if (!match.IsRegex) return match;
            match = match with { Value = match.Value.Replace(Re2Group, DotNetGroup, StringComparison.Ordinal) };
            if (RegexProblem(match.Value) is { } problem)
                item.ErrorAt("value", $"this is no valid regular expression: {problem}", "use RE2 syntax");
            return match;
        });

    /// <summary>Why an expression cannot be used, or null. Linear-time matching excludes what RE2 excludes: look-around and back references.</summary>
    public static string? RegexProblem(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (RegexParseException problem)
        {
            return $"{problem.Error} at offset {problem.Offset}";
        }
        catch (NotSupportedException)
        {
            return "look-around, back references and very large repetitions are not supported";
        }
    }
}

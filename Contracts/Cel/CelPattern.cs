using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace AiGateway.Contracts.Cel;

/// <summary>Patterns of <c>matches</c>, run by the engine that never backtracks.</summary>
internal static class CelPattern
{
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        error = null;
        if (pattern.Length > CelLimits.PatternLength)
        {
            error = $"a pattern has at most {CelLimits.PatternLength} characters";
            return false;
        }

        try
        {
            regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            error = $"bad pattern: {exception.Message}";
            return false;
        }
    }
}

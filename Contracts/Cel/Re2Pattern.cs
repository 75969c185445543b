using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace AiGateway.Contracts.Cel;

/// <summary>
/// Regular expressions as CEL, Envoy and Kubernetes write them (RE2), compiled for .NET's engine that never backtracks. Matching takes
/// time linear in the input, whoever wrote the pattern.
/// </summary>
public static class Re2Pattern
{
    /// <summary>Compiles a pattern. It is found anywhere in the input unless it is anchored.</summary>
    /// <param name="pattern">At most 1024 characters; repetitions may multiply it to 1000.</param>
    /// <param name="regex">Safe for concurrent use.</param>
    /// <param name="error">What is wrong with the pattern.</param>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        regex = null;
        error = null;
        if (pattern.Length > CelLimits.PatternLength)
        {
            error = $"a pattern has at most {CelLimits.PatternLength} characters";
            return false;
        }

        var translation = Re2Translator.Translate(pattern);
        if (translation.Error is not null)
        {
            error = $"bad pattern: {translation.Error}";
            return false;
        }

        try
        {
            regex = new Regex(translation.Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            error = $"bad pattern: {exception.Message}";
            return false;
        }
    }
}

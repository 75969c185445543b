using System.Text.RegularExpressions;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Limits of one text field. Lengths count characters as Kubernetes does: Unicode code points.</summary>
internal sealed record TextRule
{
    private Regex? _regex;

    public int MinLength { get; init; }

    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>Pattern as it is printed; linear-time matching, because the text comes from outside.</summary>
    public string? Pattern { get; init; }

    /// <summary>Allowed values in the order of the published definition, which messages repeat.</summary>
    public IReadOnlyList<string>? OneOf { get; init; }

    /// <summary>True when the pattern allows the value, or there is none.</summary>
    public bool Matches(string value)
    {
        if (Pattern is null) return true;
        _regex ??= new Regex(Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        // In .NET a dollar sign also matches before a final line break.
        return !value.EndsWith('\n') && _regex.IsMatch(value);
    }

    public static TextRule Enum(params string[] values) => new() { OneOf = values };
}

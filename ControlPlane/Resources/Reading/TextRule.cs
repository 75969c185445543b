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

    /// <summary>What is wrong with a value, in the words of the API server; null when nothing is.</summary>
    public string? Problem(string at, string value)
    {
        if (OneOf is not null)
        {
            return OneOf.Contains(value)
                ? null
                : $"Unsupported value: \"{value}\": supported values: {string.Join(", ", OneOf.Select(static item => $"\"{item}\""))}";
        }

        var length = MinLength > 0 || MaxLength < int.MaxValue ? value.EnumerateRunes().Count() : 0;
        return length < MinLength ? $"{at} in body should be at least {MinLength} chars long"
            : length > MaxLength ? $"Too long: may not be more than {MaxLength} bytes"
            : Matches(value) ? null
            : $"{at} in body should match '{Pattern}'";
    }

    /// <summary>What a misspelt choice was probably meant to be.</summary>
    public string? Suggestion(string value) => OneOf is not null && Spelling.Nearest(value, OneOf) is { } nearest ? $"did you mean \"{nearest}\"?" : null;

    public static TextRule Enum(params string[] values) => new() { OneOf = values };
}

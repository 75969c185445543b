using System.Globalization;

namespace AiGateway.Cli.Client;

/// <summary>What one turn of a conversation brought.</summary>
/// <param name="Text">The answer; empty when there was none.</param>
/// <param name="Error">Why there was none, for people; null on success.</param>
internal sealed record ChatTurn(string Text, string? Error)
{
    /// <summary>Time to the first word.</summary>
    public TimeSpan? FirstToken { get; init; }

    /// <summary>Time of the whole turn.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Prompt tokens as reported.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Answer tokens as reported.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>One line of figures.</summary>
    public string Figures()
    {
        List<string> figures = [];
        if (InputTokens is { } input && OutputTokens is { } output)
            figures.Add($"{input} tokens in, {output} out");
        if (FirstToken is { } first)
            figures.Add($"first word after {first.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms");
        figures.Add($"{Duration.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s");
        return string.Join(", ", figures);
    }
}

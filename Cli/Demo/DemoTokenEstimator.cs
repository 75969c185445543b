namespace AiGateway.Cli.Demo;

/// <summary>
/// Counts tokens without a model's vocabulary. A token is one of: a space and up to six ASCII letters, a space and up to three digits, up to two
/// other letters, a run of white space, one punctuation mark or symbol. English comes out near four characters per token, which is what
/// published tokenizers give on average; the figure for one text is a plausible estimate and always the same.
/// </summary>
internal static class DemoTokenEstimator
{
    private const int LettersPerToken = 6;
    private const int DigitsPerToken = 3;
    private const int OtherLettersPerToken = 2;

    /// <summary>What the framing of one message costs beyond its text.</summary>
    public const int PerMessage = 4;

    /// <summary>What an image part costs, whatever its size.</summary>
    public const int PerImage = 85;

    /// <summary>Tokens of a text; 0 for the empty one.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (!text.IsEmpty)
        {
            text = text[NextLength(text)..];
            count++;
        }

        return count;
    }

    /// <summary>The longest beginning of <paramref name="text"/> that has at most <paramref name="tokens"/> tokens.</summary>
    public static string Take(string text, int tokens)
    {
        var rest = text.AsSpan();
        for (var i = 0; i < tokens && !rest.IsEmpty; i++)
            rest = rest[NextLength(rest)..];
        return text[..(text.Length - rest.Length)];
    }

    /// <summary>The tokens themselves; joined they give the text again.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        List<string> tokens = [];
        for (var at = 0; at < text.Length;)
        {
            var length = NextLength(text.AsSpan(at));
            tokens.Add(text.Substring(at, length));
            at += length;
        }

        return tokens;
    }

    private static int NextLength(ReadOnlySpan<char> text)
    {
        var space = text[0] == ' ' && text.Length > 1 && !char.IsWhiteSpace(text[1]) ? 1 : 0;
        var rest = text[space..];
        if (char.IsAsciiLetter(rest[0]))
            return space + Run(rest, LettersPerToken, char.IsAsciiLetter);
        if (char.IsAsciiDigit(rest[0]))
            return space + Run(rest, DigitsPerToken, char.IsAsciiDigit);
        if (space == 1)
            return 1;
        if (char.IsWhiteSpace(rest[0]))
            return WhiteSpace(rest);
        if (rest.Length > 1 && char.IsSurrogatePair(rest[0], rest[1]))
            return 2;
        return char.IsLetter(rest[0]) ? Run(rest, OtherLettersPerToken, static c => char.IsLetter(c) && !char.IsAscii(c)) : 1;
    }

    private static int WhiteSpace(ReadOnlySpan<char> text)
    {
        var length = Run(text, text.Length, char.IsWhiteSpace);

        // The last space of a run belongs to the word behind it.
        return length > 1 && length < text.Length && text[length - 1] == ' ' ? length - 1 : length;
    }

    private static int Run(ReadOnlySpan<char> text, int limit, Func<char, bool> belongs)
    {
        var length = 1;
        while (length < limit && length < text.Length && belongs(text[length]))
            length++;
        return length;
    }
}

using System.Text;

namespace AiGateway.Cli.Demo;

/// <summary>Cutting and quoting of text.</summary>
internal static class DemoText
{
    private const int LongestQuote = 200;

    /// <summary>Words with the white space in front of them; joined they give the text again.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i]) || char.IsWhiteSpace(text[i - 1]))
                continue;
            yield return text[start..i];
            start = i;
        }

        if (start < text.Length)
            yield return text[start..];
    }

    /// <summary>How many words a person would count.</summary>
    public static int WordCount(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The text on one line, cut at a word when it is long.</summary>
    public static string Quote(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + word.Length + 1 > LongestQuote)
            {
                if (line.Length == 0)
                    line.Append(DemoTokenEstimator.Take(word, LongestQuote / 6));
                return line.Append('…').ToString();
            }

            if (line.Length > 0)
                line.Append(' ');
            line.Append(word);
        }

        return line.ToString();
    }

    /// <summary>A number with its noun.</summary>
    public static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

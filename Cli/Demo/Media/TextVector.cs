using System.Text;

namespace AiGateway.Cli.Demo.Media;

/// <summary>
/// A unit vector from the words of a text. Every word, pair of words and triple of letters is hashed to a dimension and a sign (feature hashing); texts
/// that share words and word stems point in similar directions.
/// </summary>
internal static class TextVector
{
    public const int DefaultDimensions = 256;
    public const int MostDimensions = 2048;

    private const float WordWeight = 1f;
    private const float PairWeight = 0.5f;
    private const float LettersWeight = 0.3f;

    /// <summary>The vector of a text.</summary>
    public static float[] Of(string text, int dimensions = DefaultDimensions)
    {
        var vector = new float[dimensions];
        var words = Words(text);
        for (var i = 0; i < words.Count; i++)
        {
            Add(vector, words[i], WordWeight);
            if (i > 0)
                Add(vector, words[i - 1] + " " + words[i], PairWeight);
            var bounded = $"<{words[i]}>";
            for (var at = 0; at + 3 <= bounded.Length; at++)
                Add(vector, string.Concat("#", bounded.AsSpan(at, 3)), LettersWeight);
        }

        Normalize(vector, text);
        return vector;
    }

    private static void Normalize(float[] vector, string text)
    {
        var length = MathF.Sqrt(vector.Sum(static value => value * value));
        if (length == 0)
        {
            // No words, or features that cancel out: the text as a whole still gets a direction.
            Add(vector, text, WordWeight);
            length = WordWeight;
        }

        for (var i = 0; i < vector.Length; i++)
            vector[i] /= length;
    }

    private static void Add(float[] vector, string feature, float weight)
    {
        var hash = Fnv1A(feature);
        vector[(int)((hash >> 1) % (ulong)vector.Length)] += (hash & 1) == 0 ? weight : -weight;
    }

    private static ulong Fnv1A(string feature)
    {
        // FNV-1a, 64 bit, with a final mix: its low bits alone are weak.
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(feature))
            hash = (hash ^ value) * 1099511628211UL;
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccdUL;
        return hash ^ (hash >> 33);
    }

    private static List<string> Words(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        foreach (var letter in text)
        {
            if (char.IsLetterOrDigit(letter))
            {
                word.Append(char.ToLowerInvariant(letter));
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }
}

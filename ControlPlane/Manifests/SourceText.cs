using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>A file before and after substitution, with the way back: places in the substituted text name places in the file as written.</summary>
internal sealed class SourceText
{
    private readonly List<Replacement> _replacements;
    private readonly List<int> _lineStarts = [0];

    public SourceText(string original, string text, List<Replacement> replacements)
    {
        Original = original;
        Text = text;
        _replacements = replacements;
        for (var i = 0; i < original.Length; i++)
        {
            if (original[i] == '\n') _lineStarts.Add(i + 1);
        }
    }

    /// <summary>The file as written.</summary>
    public string Original { get; }

    /// <summary>What is parsed.</summary>
    public string Text { get; }

    /// <summary>Line and column in the file as written.</summary>
    /// <param name="offset">Offset in <see cref="Text"/>.</param>
    public Position Locate(long offset) => OriginalPosition(ToOriginal((int)Math.Clamp(offset, 0, Text.Length), end: false));

    /// <summary>Line and column of an offset in the file as written.</summary>
    public Position OriginalPosition(int offset)
    {
        var line = _lineStarts.BinarySearch(offset);
        if (line < 0) line = ~line - 1;
        return new Position(line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>The source text of a range when a substitution took part in it; null when the text is as written.</summary>
    public string? Substituted(long start, long end)
    {
        foreach (var replacement in _replacements)
        {
            if (replacement.TextStart >= end) break;
            if (replacement.TextEnd > start || (replacement.TextStart == replacement.TextEnd && replacement.TextStart >= start))
                return Original[ToOriginal((int)start, end: false)..ToOriginal((int)Math.Min(end, Text.Length), end: true)];
        }

        return null;
    }

    private int ToOriginal(int offset, bool end)
    {
        var shift = 0;
        foreach (var replacement in _replacements)
        {
            if (offset < replacement.TextStart || (end && offset == replacement.TextStart)) break;
            // Inside a substituted value: the variable's own place, before or after it.
            if (offset < replacement.TextEnd) return end ? replacement.OriginalEnd : replacement.OriginalStart;
            shift = replacement.OriginalEnd - replacement.TextEnd;
        }

        return Math.Clamp(offset + shift, 0, Original.Length);
    }

    /// <summary>One replaced reference: its range in the file and the range of its value in the parsed text.</summary>
    internal readonly record struct Replacement(int OriginalStart, int OriginalEnd, int TextStart, int TextEnd);
}

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
        var first = FirstEndingAfter((int)start);
        // An empty value leaves no character behind; it belongs to the range in which it would have stood.
        if (first > 0 && _replacements[first - 1] is { } before && before.TextStart == before.TextEnd && before.TextStart == start) first--;
        if (first == _replacements.Count || _replacements[first].TextStart >= Math.Max(end, start + 1)) return null;
        return Original[ToOriginal((int)start, end: false)..ToOriginal((int)Math.Min(end, Text.Length), end: true)];
    }

    private int ToOriginal(int offset, bool end)
    {
        var next = FirstEndingAfter(offset);
        // Inside a substituted value: the variable's own place, before or after it.
        if (next < _replacements.Count && _replacements[next].TextStart < offset + (end ? 0 : 1))
            return end ? _replacements[next].OriginalEnd : _replacements[next].OriginalStart;
        var shift = next == 0 ? 0 : _replacements[next - 1].OriginalEnd - _replacements[next - 1].TextEnd;
        return Math.Clamp(offset + shift, 0, Original.Length);
    }

    /// <summary>Index of the first replacement whose value ends behind an offset; the count when there is none.</summary>
    private int FirstEndingAfter(int offset)
    {
        var low = 0;
        var high = _replacements.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_replacements[middle].TextEnd > offset) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    /// <summary>One replaced reference: its range in the file and the range of its value in the parsed text.</summary>
    internal readonly record struct Replacement(int OriginalStart, int OriginalEnd, int TextStart, int TextEnd);
}

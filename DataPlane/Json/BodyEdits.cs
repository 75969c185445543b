using System.Buffers;
using System.Text.Json;

namespace AiGateway.DataPlane.Json;

/// <summary>
/// Replacements in a body, kept as places and new bytes: the original is never copied or changed. Written out in order of place, so key order, white
/// space and number spellings around them survive.
/// </summary>
public sealed class BodyEdits
{
    private readonly List<Edit> _edits = [];

    /// <summary>True when the original goes out as it came.</summary>
    public bool IsEmpty => _edits.Count == 0;

    /// <summary>Replaces <paramref name="place"/> of the original; an empty range at an offset inserts.</summary>
    /// <exception cref="InvalidOperationException">Two edits overlap.</exception>
    public void Replace(Range place, ReadOnlyMemory<byte> with)
    {
        var edit = new Edit(place.Start.Value, place.End.Value, with);
        var at = _edits.Count;
        while (at > 0 && _edits[at - 1].Start > edit.Start) at--;
        if ((at > 0 && _edits[at - 1].End > edit.Start) || (at < _edits.Count && edit.End > _edits[at].Start))
        {
            throw new InvalidOperationException($"Edits overlap at byte {edit.Start}.");
        }

        _edits.Insert(at, edit);
    }

    /// <summary>Forgets all edits, for the next attempt.</summary>
    public void Clear() => _edits.Clear();

    /// <summary>Length of the edited body in bytes.</summary>
    public long Length(int originalLength)
    {
        long length = originalLength;
        foreach (var edit in _edits) length += edit.With.Length - (edit.End - edit.Start);
        return length;
    }

    /// <summary>The pieces of the edited body in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlyMemory<byte> original)
    {
        var at = 0;
        foreach (var edit in _edits)
        {
            if (edit.Start > at) yield return original[at..edit.Start];
            if (!edit.With.IsEmpty) yield return edit.With;
            at = edit.End;
        }

        if (at < original.Length) yield return original[at..];
    }

    /// <summary>The edited body as one array; for mutations that need to read it again.</summary>
    public byte[] ToArray(ReadOnlyMemory<byte> original)
    {
        var writer = new ArrayBufferWriter<byte>((int)Math.Max(1, Length(original.Length)));
        foreach (var piece in Pieces(original)) writer.Write(piece.Span);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary><paramref name="text"/> as a JSON string with its quotes.</summary>
    public static byte[] JsonString(string text)
    {
        var encoded = JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var quoted = new byte[encoded.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        encoded.CopyTo(quoted.AsSpan(1));
        return quoted;
    }

    private readonly record struct Edit(int Start, int End, ReadOnlyMemory<byte> With);
}

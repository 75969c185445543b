namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>A recording that was read.</summary>
/// <param name="StartedAt">When the file was begun.</param>
/// <param name="KeepsBodies">Bodies are as they were; otherwise their texts were replaced by filler of the same length.</param>
/// <param name="Events">In the order in which they happened.</param>
/// <param name="IsCut">The file ends within a record: its writer was stopped, or is still writing.</param>
public sealed record Recording(DateTimeOffset StartedAt, bool KeepsBodies, IReadOnlyList<RecordedEvent> Events, bool IsCut)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no recording, of a later version, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<Recording> ReadAsync(string path, CancellationToken cancellationToken) => Read(await File.ReadAllBytesAsync(path, cancellationToken));

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="FormatException">They are no recording, of a later version, or damaged.</exception>
    public static Recording Read(ReadOnlyMemory<byte> bytes)
    {
        var magic = RecordingFormat.Magic;
        if (bytes.Length < magic.Length || !bytes.Span.StartsWith(magic[..^1])) throw new FormatException("this is no recording");
        if (bytes.Span[magic.Length - 1] != magic[^1]) throw new FormatException($"this is a recording of format version {bytes.Span[magic.Length - 1]}; this program reads version {magic[^1]}");
        var events = new List<RecordedEvent>();
        var rest = bytes[magic.Length..];
        while (RecordingFormat.TryRead(rest, out var recorded, out var consumed))
        {
            events.Add(recorded);
            rest = rest[consumed..];
        }

        if (events is not [{ Kind: RecordedEventKind.File } file, ..]) throw new FormatException("the recording does not say when it was begun");
        var (startedAt, keepsBodies) = RecordingFormat.ReadFile(file.Payload.Span);
        return new Recording(startedAt, keepsBodies, events[1..], !rest.IsEmpty);
    }
}

using System.IO.Compression;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>Blanks one body, whole or in pieces. What kind it is shows in its first bytes; compressed bodies are unpacked for it when they come whole.</summary>
internal sealed class BodyRedaction
{
    private const int LongestUnpacked = 16 * 1024 * 1024;

    private JsonRedaction? _json;
    private EventsRedaction? _events;
    private bool _decided;

    /// <summary>Blanks a piece in place, or makes another one where the body is compressed.</summary>
    /// <param name="piece">A copy that may be changed.</param>
    /// <param name="coding">The body's content-encoding; null for none.</param>
    /// <param name="whole">The piece is all of the body.</param>
    public byte[] Apply(byte[] piece, string? coding, bool whole)
    {
        if (coding is { Length: > 0 } && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase) && piece.Length > 0)
        {
            if (whole && Repack(piece, coding) is { } repacked) return repacked;
            TextRedaction.Apply(piece);
            return piece;
        }

        Plain(piece);
        return piece;
    }

    private void Plain(Span<byte> piece)
    {
        if (!_decided) Decide(piece);
        if (_json is not null) _json.Apply(piece);
        else if (_events is not null) _events.Apply(piece);
        else TextRedaction.Apply(piece);
    }

    private void Decide(ReadOnlySpan<byte> piece)
    {
        var text = piece.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty) return; // white space looks the same in every kind
        _decided = true;
        if (text[0] is (byte)'{' or (byte)'[') _json = new JsonRedaction();
        else if (text[0] is (byte)'d' or (byte)'e' or (byte)'i' or (byte)'r' or (byte)':') _events = new EventsRedaction();
    }

    private byte[]? Repack(byte[] piece, string coding)
    {
        try
        {
            using var unpacked = new MemoryStream();
            using (var reader = Codec(new MemoryStream(piece), coding, pack: false))
            {
                if (reader is null) return null;
                var buffer = new byte[16 * 1024];
                for (int read; (read = reader.Read(buffer)) > 0;)
                {
                    if (unpacked.Length + read > LongestUnpacked) return null;
                    unpacked.Write(buffer, 0, read);
                }
            }

            var plain = unpacked.ToArray();
            Plain(plain);
            using var packed = new MemoryStream();
            using (var writer = Codec(packed, coding, pack: true)!) writer.Write(plain);
            return packed.ToArray();
        }
        catch (InvalidDataException)
        {
            return null; // not what its head says; blanked as it is
        }
    }

    private static Stream? Codec(Stream stream, string coding, bool pack) => (coding.Trim().ToLowerInvariant(), pack) switch
    {
        ("gzip" or "x-gzip", false) => new GZipStream(stream, CompressionMode.Decompress),
        ("gzip" or "x-gzip", true) => new GZipStream(stream, CompressionLevel.Optimal),
        ("br", false) => new BrotliStream(stream, CompressionMode.Decompress),
        ("br", true) => new BrotliStream(stream, CompressionLevel.Optimal),
        ("deflate", false) => new ZLibStream(stream, CompressionMode.Decompress),
        ("deflate", true) => new ZLibStream(stream, CompressionLevel.Optimal),
        _ => null,
    };
}

using System.IO.Compression;

namespace AiGateway.DataPlane.Streaming;

/// <summary>The content codings that the gateway can read, in requests and in answers.</summary>
public static class ContentCoding
{
    /// <summary>A reader of a coding, or null for one the gateway does not know.</summary>
    public static Stream? Decoder(string coding, Stream source) => coding.Trim().ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
        "br" => new BrotliStream(source, CompressionMode.Decompress),
        "deflate" => new ZLibStream(source, CompressionMode.Decompress),
        _ => null,
    };

    /// <summary>Whether the gateway can read a coding.</summary>
    public static bool IsKnown(string coding) => coding.Trim().ToLowerInvariant() is "gzip" or "x-gzip" or "br" or "deflate";

    /// <summary>Whether a decoder threw this because the bytes are not in its coding: the framework's Brotli reader reports it as an invalid operation.</summary>
    public static bool IsBroken(Exception exception) => exception is InvalidDataException or InvalidOperationException;

    /// <summary>Decodes bytes that are at hand, up to a limit; what is beyond it is left out.</summary>
    /// <returns>False when the coding is unknown or the bytes are not in it.</returns>
    public static bool TryDecode(string coding, ReadOnlyMemory<byte> bytes, int limit, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        using var decoder = Decoder(coding, new MemoryStream(bytes.ToArray()));
        if (decoder is null) return false;
        var decoded = new MemoryStream();
        var chunk = new byte[16 * 1024];
        try
        {
            while (decoded.Length < limit && decoder.Read(chunk) is > 0 and var read) decoded.Write(chunk, 0, (int)Math.Min(read, limit - decoded.Length));
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            return false;
        }

        plain = decoded.GetBuffer().AsMemory(0, (int)decoded.Length);
        return true;
    }
}

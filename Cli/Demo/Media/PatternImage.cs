using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Cli.Demo.Media;

/// <summary>A symmetric pattern of coloured squares drawn from the hash of a text, as a PNG.</summary>
internal static class PatternImage
{
    /// <summary>Width and height in pixels.</summary>
    public const int Size = 128;

    private const int Cells = 8;
    private const int CellSize = Size / Cells;

    /// <summary>PNG bytes for a text.</summary>
    public static byte[] Of(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        ReadOnlySpan<byte> paper = [(byte)(hash[0] | 0xC0), (byte)(hash[1] | 0xC0), (byte)(hash[2] | 0xC0)];
        ReadOnlySpan<byte> ink = [(byte)(hash[3] & 0x7F), (byte)(hash[4] & 0x7F), (byte)(hash[5] & 0x7F)];
        var pixels = new byte[Size * Size * 3];
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
                (IsInk(hash, x / CellSize, y / CellSize) ? ink : paper).CopyTo(pixels.AsSpan((y * Size + x) * 3));
        }

        return PngWriter.Encode(Size, Size, pixels);
    }

    private static bool IsInk(byte[] hash, int column, int row)
    {
        var mirrored = column < Cells / 2 ? column : Cells - 1 - column;
        return (hash[8 + row] >> mirrored & 1) == 1;
    }
}

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>Blanks text that has no structure which this project knows.</summary>
internal static class TextRedaction
{
    /// <summary>Letters, digits and all beyond ASCII become filler; punctuation and line ends stay, because they decide how the text is quoted later.</summary>
    public static byte Blank(byte current) => char.IsAsciiLetterOrDigit((char)current) || current >= 0x80 ? (byte)'x' : current;

    /// <summary>Blanks in place.</summary>
    public static void Apply(Span<byte> bytes)
    {
        foreach (ref var current in bytes) current = Blank(current);
    }
}

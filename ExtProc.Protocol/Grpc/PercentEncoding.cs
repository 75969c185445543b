using System.Buffers;
using System.Globalization;
using System.Text;

namespace AiGateway.ExtProc.Protocol.Grpc;

/// <summary>Text in <c>grpc-message</c>: UTF-8, with everything but printable ASCII, and the percent sign itself, as <c>%XX</c>.</summary>
internal static class PercentEncoding
{
    /// <summary>Longest text that is sent: clients drop a status whose trailers exceed their header limit, commonly 8 KB.</summary>
    public const int LongestText = 1024;

    private static readonly SearchValues<char> s_plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Select(code => (char)code).Where(c => c != '%')]);

    public static string Encode(string text)
    {
        var end = Math.Min(text.Length, LongestText);
        if (end < text.Length && char.IsHighSurrogate(text[end - 1])) end--;
        var kept = text.AsSpan(0, end);
        if (!kept.ContainsAnyExcept(s_plain)) return end == text.Length ? text : kept.ToString();
        var encoded = new StringBuilder(end * 2);
        foreach (var rune in kept.EnumerateRunes()) Append(encoded, rune);
        return encoded.ToString();
    }

    /// <summary>Never fails: what is not well encoded stays as it came, what is not UTF-8 becomes U+FFFD.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '%' && at + 2 < text.Length && IsHex(text, at))
            {
                bytes[length++] = byte.Parse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                at += 3;
            }
            else
            {
                var next = text.IndexOf('%', at + 1);
                if (next < 0) next = text.Length;
                length += Encoding.UTF8.GetBytes(text.AsSpan(at, next - at), bytes.AsSpan(length));
                at = next;
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static bool IsHex(string text, int percent) => char.IsAsciiHexDigit(text[percent + 1]) && char.IsAsciiHexDigit(text[percent + 2]);

    private static void Append(StringBuilder encoded, Rune rune)
    {
        if (rune.IsAscii && s_plain.Contains((char)rune.Value))
        {
            encoded.Append((char)rune.Value);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in bytes[..rune.EncodeToUtf8(bytes)]) encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
    }
}

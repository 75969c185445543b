using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace AiGateway.StreamLoad;

/// <summary>One event: a chat chunk whose text is its number and when it was sent, on the clock that all processes of a machine share.</summary>
internal static class Frame
{
    private static ReadOnlySpan<byte> TextStart => "\"content\":\""u8;

    public static ReadOnlySpan<byte> Done => "data: [DONE]"u8;

    public static byte[] Write(int number, long sentAt) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"data: {{\"id\":\"load\",\"object\":\"chat.completion.chunk\",\"model\":\"load\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{number} {sentAt}\"}}}}]}}\n\n"));

    /// <summary>Reads a line; false when it is no frame of ours.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out int number, out long sentAt)
    {
        (number, sentAt) = (0, 0);
        var at = line.IndexOf(TextStart);
        if (at < 0) return false;
        var text = line[(at + TextStart.Length)..];
        return Utf8Parser.TryParse(text, out number, out var length) && Utf8Parser.TryParse(text[(length + 1)..], out sentAt, out _);
    }
}

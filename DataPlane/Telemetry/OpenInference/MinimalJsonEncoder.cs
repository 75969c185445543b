using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.DataPlane.Telemetry.OpenInference;

/// <summary>
/// Escapes only what RFC 8259 demands. The relaxed encoder of the framework still writes emoji as <c>\uD83D\uDE00</c>, which readers of traces would see.
/// </summary>
internal sealed unsafe class MinimalJsonEncoder : JavaScriptEncoder
{
    /// <summary>For every writer of this folder.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = new MinimalJsonEncoder(), SkipValidation = true };

    private static readonly SearchValues<char> s_escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var offset = 0; offset < textLength;)
        {
            var next = span[offset..].IndexOfAny(s_escaped);
            if (next < 0) return -1;
            offset += next;
            if (Rune.DecodeFromUtf16(span[offset..], out var rune, out var consumed) != OperationStatus.Done || WillEncode(rune.Value)) return offset;
            offset += consumed;
        }

        return -1;
    }

    /// <inheritdoc/>
    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var output = new Span<char>(buffer, bufferLength);
        var text = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            < 0x20 => "\\u" + unicodeScalar.ToString("x4", CultureInfo.InvariantCulture),
            _ => char.ConvertFromUtf32(unicodeScalar),
        };
        numberOfCharactersWritten = text.TryCopyTo(output) ? text.Length : 0;
        return numberOfCharactersWritten > 0;
    }

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.ServiceDefaults.AccessLogs;

/// <summary>
/// One JSON object for each record, one line each. Control characters are escaped, so a value cannot start a line of its own. Written by hand because a
/// record has some forty short fields with constant names: their encoded forms are kept, which halves the cost of a line.
/// </summary>
internal sealed class AccessLogJson(ArrayBufferWriter<byte> buffer)
{
    // Read by log tools, not embedded in HTML; keeps non-ASCII text readable.
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Printable ASCII but quote and backslash: the same bytes in JSON.</summary>
    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5F).Select(code => (char)code).Where(character => character is not ('"' or '\\'))]);

    private readonly Dictionary<string, byte[]> _names = new(ReferenceEqualityComparer.Instance);

    public void WriteLine(AccessLogEntry entry)
    {
        var start = buffer.WrittenCount;
        foreach (ref readonly var field in entry.Fields) Write(field);
        if (entry.Trace.TraceId != default)
        {
            Name("trace_id");
            Text(entry.Trace.TraceId.ToHexString());
            Name("span_id");
            Text(entry.Trace.SpanId.ToHexString());
        }

        buffer.Write(buffer.WrittenCount == start ? "{}\n"u8 : "}\n"u8);
    }

    public static string Time(long utcTicks) => new DateTime(utcTicks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private void Write(in AccessLogField field)
    {
        Name(field.Name);
        switch (field.Kind)
        {
            case AccessLogKind.Text: Text(field.Text); break;
            case AccessLogKind.Integer: Number(field.Bits); break;
            case AccessLogKind.Flag: buffer.Write(field.Bits != 0 ? "true"u8 : "false"u8); break;
            case AccessLogKind.Time: TimeValue(field.Bits); break;
            case AccessLogKind.Number when double.IsFinite(BitConverter.Int64BitsToDouble(field.Bits)): Number(BitConverter.Int64BitsToDouble(field.Bits)); break;
            default: buffer.Write("null"u8); break; // JSON has no NaN or infinity.
        }
    }

    /// <summary>Writes a name with what goes before it: the brace of a new line, or a comma.</summary>
    private void Name(string name)
    {
        if (!_names.TryGetValue(name, out var encoded))
        {
            encoded = [(byte)',', (byte)'"', .. JsonEncodedText.Encode(name, s_encoder).EncodedUtf8Bytes, (byte)'"', (byte)':'];
            if (_names.Count < 1024) _names.Add(name, encoded); // names are constants; a caller who makes them up must not fill the memory
        }

        var written = buffer.WrittenSpan;
        var first = written.IsEmpty || written[^1] == (byte)'\n';
        if (first) buffer.Write("{"u8);
        buffer.Write(first ? encoded.AsSpan(1) : encoded);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            buffer.Write("null"u8);
            return;
        }

        if (text.AsSpan().IndexOfAnyExcept(s_plain) >= 0)
        {
            buffer.Write("\""u8);
            // Through UTF-8 and back: a lone surrogate becomes U+FFFD instead of an exception.
            buffer.Write(JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), s_encoder).EncodedUtf8Bytes);
            buffer.Write("\""u8);
            return;
        }

        var room = buffer.GetSpan(text.Length + 2);
        room[0] = (byte)'"';
        Encoding.ASCII.GetBytes(text, room[1..]);
        room[text.Length + 1] = (byte)'"';
        buffer.Advance(text.Length + 2);
    }

    private void Number(long value)
    {
        Utf8Formatter.TryFormat(value, buffer.GetSpan(20), out var length);
        buffer.Advance(length);
    }

    private void Number(double value)
    {
        value.TryFormat(buffer.GetSpan(32), out var length, default, CultureInfo.InvariantCulture);
        buffer.Advance(length);
    }

    private void TimeValue(long utcTicks)
    {
        var room = buffer.GetSpan(26);
        room[0] = (byte)'"';
        new DateTime(utcTicks, DateTimeKind.Utc).TryFormat(room[1..], out var length, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        room[length + 1] = (byte)'"';
        buffer.Advance(length + 2);
    }
}

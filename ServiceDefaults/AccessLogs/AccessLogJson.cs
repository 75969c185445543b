using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.ServiceDefaults.AccessLogs;

/// <summary>One JSON object for each record, one line each. Control characters are escaped, so a value cannot start a line of its own.</summary>
internal sealed class AccessLogJson : IDisposable
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Read by log tools, not embedded in HTML; keeps non-ASCII text readable.
        SkipValidation = true,
    };

    private readonly ArrayBufferWriter<byte> _buffer;
    private readonly Utf8JsonWriter _json;

    public AccessLogJson(ArrayBufferWriter<byte> buffer)
    {
        _buffer = buffer;
        _json = new Utf8JsonWriter(buffer, s_options);
    }

    public void WriteLine(AccessLogEntry entry)
    {
        _json.Reset();
        _json.WriteStartObject();
        foreach (ref readonly var field in entry.Fields) Write(field);
        if (entry.Trace.TraceId != default)
        {
            _json.WriteString("trace_id"u8, entry.Trace.TraceId.ToHexString());
            _json.WriteString("span_id"u8, entry.Trace.SpanId.ToHexString());
        }

        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
    }

    public void Dispose() => _json.Dispose();

    public static string Time(long utcTicks) => new DateTime(utcTicks, DateTimeKind.Utc).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private void Write(in AccessLogField field)
    {
        switch (field.Kind)
        {
            case AccessLogKind.Text: _json.WriteString(field.Name, field.Text); break;
            case AccessLogKind.Integer: _json.WriteNumber(field.Name, field.Bits); break;
            case AccessLogKind.Flag: _json.WriteBoolean(field.Name, field.Bits != 0); break;
            case AccessLogKind.Time: WriteTime(field.Name, field.Bits); break;
            case AccessLogKind.Number when double.IsFinite(BitConverter.Int64BitsToDouble(field.Bits)):
                _json.WriteNumber(field.Name, BitConverter.Int64BitsToDouble(field.Bits));
                break;
            default: _json.WriteNull(field.Name); break; // JSON has no NaN or infinity.
        }
    }

    private void WriteTime(string name, long utcTicks)
    {
        Span<char> text = stackalloc char[24];
        new DateTime(utcTicks, DateTimeKind.Utc).TryFormat(text, out var length, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        _json.WriteString(name, text[..length]);
    }
}

using AiGateway.ServiceDefaults.Otlp;

namespace AiGateway.ServiceDefaults.AccessLogs;

/// <summary>A record as OTLP <c>LogRecord</c>: severity INFO, event name <c>gateway.access</c>, each field a typed attribute.</summary>
internal sealed class AccessLogOtlp
{
    private const int Info = 9;
    private readonly ProtobufWriter _writer = new();

    public byte[] Encode(AccessLogEntry entry)
    {
        _writer.Clear();
        var time = OtlpValues.UnixNanoseconds(entry.Timestamp.UtcDateTime);
        _writer.Fixed64(1, time);
        _writer.Varint(2, Info);
        _writer.Text(3, "INFO");
        foreach (ref readonly var field in entry.Fields) Attribute(field);
        if (entry.Trace.TraceId != default)
        {
            _writer.Fixed32(8, (uint)entry.Trace.TraceFlags);
            entry.Trace.TraceId.CopyTo(_writer.Bytes(9, 16));
            entry.Trace.SpanId.CopyTo(_writer.Bytes(10, 8));
        }

        _writer.Fixed64(11, time);
        _writer.Text(12, "gateway.access");
        return _writer.Written.ToArray();
    }

    private void Attribute(in AccessLogField field)
    {
        object? value = field.Kind switch
        {
            AccessLogKind.Text => field.Text,
            AccessLogKind.Integer => field.Bits,
            AccessLogKind.Number => BitConverter.Int64BitsToDouble(field.Bits),
            AccessLogKind.Flag => field.Bits != 0,
            AccessLogKind.Time => AccessLogJson.Time(field.Bits),
            _ => null,
        };
        if (value is not null) OtlpValues.Attribute(_writer, 6, field.Name, value);
    }
}

using System.Diagnostics;
using AiGateway.ServiceDefaults.AccessLogs;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// One access-log record in the making: named, typed fields in the order in which they are added. Taken from <see cref="AccessLogPipeline.Rent"/> and given back
/// by <see cref="AccessLogPipeline.TryWrite"/>; not to be touched afterwards. What may be logged is the caller's decision.
/// </summary>
public sealed class AccessLogEntry
{
    private AccessLogField[] _fields = new AccessLogField[48];
    private int _count;

    internal AccessLogEntry()
    {
    }

    /// <summary>Time of the record in OTLP; set to the time of writing when left default.</summary>
    public DateTimeOffset Timestamp { get; set; }

    /// <summary>Trace and span of the exchange, so that a log store can link to it; default when there is none.</summary>
    public ActivityContext Trace { get; set; }

    internal ReadOnlySpan<AccessLogField> Fields => _fields.AsSpan(0, _count);

    /// <summary>Adds a text; null is written as JSON <c>null</c> and left out in OTLP.</summary>
    public void Add(string name, string? value) => Add(new AccessLogField(name, value is null ? AccessLogKind.Null : AccessLogKind.Text, 0, value));

    /// <summary>Adds a whole number.</summary>
    public void Add(string name, long value) => Add(new AccessLogField(name, AccessLogKind.Integer, value, null));

    /// <summary>Adds a number.</summary>
    public void Add(string name, double value) => Add(new AccessLogField(name, AccessLogKind.Number, BitConverter.DoubleToInt64Bits(value), null));

    /// <summary>Adds a boolean.</summary>
    public void Add(string name, bool value) => Add(new AccessLogField(name, AccessLogKind.Flag, value ? 1 : 0, null));

    /// <summary>Adds a time; written in UTC with milliseconds.</summary>
    public void Add(string name, DateTimeOffset value) => Add(new AccessLogField(name, AccessLogKind.Time, value.UtcTicks, null));

    internal void Clear()
    {
        // References are released; an entry in the pool must not keep request texts alive.
        Array.Clear(_fields, 0, _count);
        _count = 0;
        Timestamp = default;
        Trace = default;
    }

    private void Add(in AccessLogField field)
    {
        if (_count == _fields.Length) Array.Resize(ref _fields, _fields.Length * 2);
        _fields[_count++] = field;
    }
}

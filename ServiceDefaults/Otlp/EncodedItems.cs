namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Log records that were already encoded, once for all sinks, put below one resource and scope.</summary>
internal sealed class EncodedLogRecords(IReadOnlyList<KeyValuePair<string, string>> resource, string scope) : IOtlpEncoder<byte[]>
{
    public long BytesOf(byte[] item) => item.Length;

    public void Write(ProtobufWriter writer, ReadOnlySpan<byte[]> items)
    {
        var resourceLogs = writer.Begin(1);
        OtlpValues.Resource(writer, resource);
        var scopeLogs = writer.Begin(2);
        OtlpValues.Scope(writer, scope, version: null);
        foreach (var record in items) writer.Bytes(2, record);
        writer.End(scopeLogs);
        writer.End(resourceLogs);
    }
}

/// <summary>Whole metric collections; each item is the inside of one <c>ResourceMetrics</c>.</summary>
internal sealed class EncodedMetrics : IOtlpEncoder<byte[]>
{
    public long BytesOf(byte[] item) => item.Length;

    public void Write(ProtobufWriter writer, ReadOnlySpan<byte[]> items)
    {
        foreach (var collection in items) writer.Bytes(1, collection);
    }
}

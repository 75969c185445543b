namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Turns items into one <c>Export…ServiceRequest</c>. Used by one export loop at a time.</summary>
internal interface IOtlpEncoder<T>
{
    void Write(ProtobufWriter writer, ReadOnlySpan<T> items);

    /// <summary>Memory that an item holds while it waits, in bytes, roughly. Does not change while it waits.</summary>
    long BytesOf(T item);
}

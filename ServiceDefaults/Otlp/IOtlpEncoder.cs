namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>Turns items into one <c>Export…ServiceRequest</c>. Used by one export loop at a time.</summary>
internal interface IOtlpEncoder<T>
{
    void Write(ProtobufWriter writer, ReadOnlySpan<T> items);
}

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>A request outgrew what <see cref="ProtobufWriter"/> writes. With fewer items it may not.</summary>
internal sealed class ProtobufTooLargeException(int limit) : Exception($"The encoded request is larger than {limit} bytes.");

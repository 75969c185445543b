namespace AiGateway.ServiceDefaults;

/// <summary>What an OTLP target receives. Each has its own path (HTTP) or service (gRPC) at the same endpoint.</summary>
public enum OtlpSignal
{
    /// <summary>Spans.</summary>
    Traces,

    /// <summary>Metric data points.</summary>
    Metrics,

    /// <summary>Access-log records.</summary>
    Logs,
}

/// <summary>How OTLP travels.</summary>
public enum OtlpProtocol
{
    /// <summary>POST of protobuf to a path, port 4318 by convention.</summary>
    HttpProtobuf,

    /// <summary>Unary gRPC calls over HTTP/2, port 4317 by convention.</summary>
    Grpc,
}

/// <summary>Where a signal goes. Several may be combined; 0 means nowhere.</summary>
[Flags]
public enum SignalExporters
{
    /// <summary>Nothing is exported.</summary>
    None = 0,

    /// <summary>Every configured OTLP target of the signal.</summary>
    Otlp = 1,

    /// <summary>JSON lines on standard output.</summary>
    Console = 2,
}

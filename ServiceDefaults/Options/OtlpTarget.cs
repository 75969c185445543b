namespace AiGateway.ServiceDefaults;

/// <summary>One signal of one sink, fully resolved: what an exporter needs to know to deliver.</summary>
public sealed record OtlpTarget
{
    /// <summary>Name of the sink, as used in metrics and log lines. <c>default</c> is the one of the standard variables.</summary>
    public required string Sink { get; init; }

    /// <summary>The signal.</summary>
    public required OtlpSignal Signal { get; init; }

    /// <summary>Complete request address (HTTP) or server address (gRPC).</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Transport.</summary>
    public required OtlpProtocol Protocol { get; init; }

    /// <summary>Additional request headers.</summary>
    public SecretHeaders Headers { get; init; } = SecretHeaders.None;

    /// <summary>True when request bodies are compressed with gzip.</summary>
    public bool Gzip { get; init; }

    /// <summary>Limit of one attempt, not of all retries. <see cref="Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>PEM file of the authorities to trust instead of the system's; null for the system's.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of the client certificate for mutual TLS.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of the client certificate's key.</summary>
    public string? ClientKeyFile { get; init; }
}

namespace AiGateway.Contracts.Snapshots;

/// <summary>One listener of one Gateway.</summary>
public sealed record ListenerSpec
{
    /// <summary><c>namespace/gateway/listener</c>; unique in the snapshot.</summary>
    public required string Name { get; init; }

    /// <summary>TCP port, 1–65535; 0 takes a free one (standalone only).</summary>
    public required int Port { get; init; }

    /// <summary>True for HTTPS; then <see cref="Certificates"/> is not empty.</summary>
    public bool Tls { get; init; }

    /// <summary>Virtual host, exact or <c>*.suffix</c>; null accepts every host. Lower case.</summary>
    public string? Hostname { get; init; }

    /// <summary>Addresses to bind; empty binds every address.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Server certificates, the first one is the default, others are chosen by SNI.</summary>
    public IReadOnlyList<CertificateSpec> Certificates { get; init; } = [];

    /// <summary>Largest accepted request body in bytes; null uses the process default (50 MiB).</summary>
    public long? MaxRequestBodyBytes { get; init; }

    /// <summary>Time for the client to send the whole request; null uses the process default.</summary>
    public TimeSpan? RequestReceivedTimeout { get; init; }

    /// <summary>Keep-alive time of an idle client connection; null uses the process default.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Longest silence of a running response; null uses the process default.</summary>
    public TimeSpan? StreamIdleTimeout { get; init; }
}

/// <summary>A certificate chain and its key in PEM form.</summary>
/// <param name="ChainPem">Leaf first.</param>
/// <param name="KeyPem">PKCS#8, PKCS#1 or SEC1 key.</param>
public sealed record CertificateSpec(string ChainPem, SecretString KeyPem);

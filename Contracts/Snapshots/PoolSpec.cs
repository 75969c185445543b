namespace AiGateway.Contracts.Snapshots;

/// <summary>A set of equivalent network endpoints and how to connect to them.</summary>
public sealed record PoolSpec
{
    /// <summary><c>namespace/name</c> of the Backend or Service; unique in the snapshot.</summary>
    public required string Name { get; init; }

    /// <summary>Where to connect; one is chosen per attempt.</summary>
    public required IReadOnlyList<EndpointSpec> Endpoints { get; init; }

    /// <summary>TLS towards the endpoints; null is plain text, whatever the port.</summary>
    public UpstreamTlsSpec? Tls { get; init; }

    /// <summary>HTTP/2 without negotiation (h2c, or h2 over TLS); otherwise HTTP/1.1, over TLS also what ALPN gives.</summary>
    public bool Http2 { get; init; }

    /// <summary>Limit for making a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>One endpoint: a host and port, or a Unix domain socket.</summary>
public sealed record EndpointSpec
{
    /// <summary>DNS name or IP address; also the Host header unless <see cref="HostHeader"/> is set. Null for a Unix socket.</summary>
    public string? Host { get; init; }

    /// <summary>TCP port; 0 for a Unix socket.</summary>
    public int Port { get; init; }

    /// <summary>Socket path; null for TCP.</summary>
    public string? UnixPath { get; init; }

    /// <summary>Host header to send instead.</summary>
    public string? HostHeader { get; init; }
}

/// <summary>TLS towards a provider.</summary>
public sealed record UpstreamTlsSpec
{
    /// <summary>SNI and name to verify; null uses the endpoint's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Trusted authorities in PEM form; empty trusts the system's.</summary>
    public IReadOnlyList<string> CaPem { get; init; } = [];

    /// <summary>Names of which the certificate must carry at least one; empty checks <see cref="ServerName"/>.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];

    /// <summary>Accept any certificate. For tests; a warning names every use.</summary>
    public bool InsecureSkipVerify { get; init; }
}

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Kind <c>Backend</c> of Envoy Gateway: network endpoints and how to connect to them.</summary>
internal sealed class EnvoyBackend : Resource
{
    /// <summary>True for type <c>DynamicResolver</c>, which has no endpoints of its own.</summary>
    public bool IsDynamicResolver { get; init; }

    public required IReadOnlyList<BackendEndpoint> Endpoints { get; init; }

    public required IReadOnlyList<string> AppProtocols { get; init; }

    public BackendTls? Tls { get; init; }
}

/// <summary>One endpoint; either <see cref="Host"/> or <see cref="UnixPath"/> is set.</summary>
internal sealed record BackendEndpoint(string? Host, int Port, string? UnixPath, string? HostHeader);

/// <summary><c>Backend.spec.tls</c>.</summary>
internal sealed record BackendTls(
    IReadOnlyList<ObjectReference> CaCertificateRefs, string? WellKnownCaCertificates, bool InsecureSkipVerify, string? Sni);

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Turns on TLS towards a Backend or Service and says whom to trust.</summary>
internal sealed class BackendTlsPolicy : Resource
{
    public required IReadOnlyList<ObjectReference> TargetRefs { get; init; }

    public required string Hostname { get; init; }

    public required IReadOnlyList<ObjectReference> CaCertificateRefs { get; init; }

    /// <summary>Names of which the certificate must carry at least one.</summary>
    public required IReadOnlyList<string> SubjectAltNames { get; init; }
}

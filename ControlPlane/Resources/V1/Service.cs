namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>A Service as an address: its external name, or the DNS name it has inside a cluster.</summary>
internal sealed class Service : Resource
{
    public string? ExternalName { get; init; }

    public required IReadOnlyList<ServicePort> Ports { get; init; }
}

/// <summary>One port.</summary>
internal sealed record ServicePort(string? Name, int Port, string? AppProtocol);

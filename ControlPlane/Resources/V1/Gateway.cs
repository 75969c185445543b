namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Sockets that accept client traffic.</summary>
internal sealed class Gateway : Resource
{
    public required string ClassName { get; init; }

    public required IReadOnlyList<Listener> Listeners { get; init; }

    /// <summary>IP addresses to bind; empty binds all.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }
}

/// <summary>One listener as written.</summary>
internal sealed class Listener
{
    public required string Name { get; init; }

    public string? Hostname { get; init; }

    public required int Port { get; init; }

    public required string Protocol { get; init; }

    public ListenerTls? Tls { get; init; }

    public AllowedNamespaces Namespaces { get; init; } = new("Same", null);

    /// <summary>Kinds that may attach; empty allows what the protocol allows.</summary>
    public IReadOnlyList<ObjectReference> AllowedKinds { get; init; } = [];
}

/// <summary><c>listeners[].tls</c>.</summary>
internal sealed record ListenerTls(bool Passthrough, IReadOnlyList<ObjectReference> CertificateRefs, bool HasOptions);

/// <summary>Which namespaces' routes may attach.</summary>
/// <param name="From"><c>All</c>, <c>Same</c> or <c>Selector</c>.</param>
/// <param name="Selector">Label selector for <c>Selector</c>.</param>
internal sealed record AllowedNamespaces(string From, LabelSelector? Selector);

namespace AiGateway.ControlPlane.Envoy;

/// <summary>What a bootstrap needs and a snapshot does not say.</summary>
public sealed record EnvoyOptions
{
    /// <summary>Paths that belong to the external processing service on every host with an AI route.</summary>
    public required IReadOnlyList<AiPathSet> AiPaths { get; init; }

    /// <summary>Where the service listens. Default 127.0.0.1:1063.</summary>
    public ExtProcAddress ExtProc { get; init; } = ExtProcAddress.Default;

    /// <summary>Address of Envoy's admin interface, which can stop the process and shows its whole configuration. Default 127.0.0.1.</summary>
    public string AdminAddress { get; init; } = "127.0.0.1";

    /// <summary>Port of the admin interface; 0 takes a free one. Default 9901.</summary>
    public int AdminPort { get; init; } = 9901;

    /// <summary>Address to bind for listeners that name none. Default 0.0.0.0.</summary>
    public string ListenAddress { get; init; } = "0.0.0.0";

    /// <summary>The authorities that <c>wellKnownCACertificates: System</c> means, as a file on the machine of Envoy. Default: that of Debian and of Envoy's own images.</summary>
    public string SystemTrustFile { get; init; } = "/etc/ssl/certs/ca-certificates.crt";

    /// <summary>Request headers that become log fields: header and field. Default: <c>agent-session-id</c> as <c>session.id</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> LogHeaders { get; init; } = [new("agent-session-id", "session.id")];
}

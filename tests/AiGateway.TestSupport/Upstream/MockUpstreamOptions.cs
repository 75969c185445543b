namespace AiGateway.TestSupport.Upstream;

/// <summary>How a <see cref="MockUpstream"/> listens.</summary>
public sealed record MockUpstreamOptions
{
    /// <summary>
    /// HTTP/1.1 by our own server, which can misbehave; or HTTP/2 by Kestrel, which cannot (prior knowledge without TLS, ALPN with).
    /// </summary>
    public bool Http2 { get; init; }

    /// <summary>Serve TLS with this certificate.</summary>
    public UpstreamTls? Tls { get; init; }

    /// <summary>Clock of the recorded times.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Receive buffer of accepted sockets; a small one makes <see cref="RequestBodyPolicy.StopReading"/> felt soon. HTTP/1.1 only.
    /// </summary>
    public int? ReceiveBufferSize { get; init; }

    /// <summary>Send buffer of accepted sockets; a small one makes a slow reader felt soon. HTTP/1.1 only.</summary>
    public int? SendBufferSize { get; init; }
}

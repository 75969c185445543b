using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>A server on 127.0.0.1 in a manifest.</summary>
/// <param name="Port">Its port.</param>
/// <param name="Tls">Whose authority is trusted; null for a plain server.</param>
/// <param name="ServerName">The name that its certificate must carry.</param>
internal sealed record EnvoyBackend(int Port, UpstreamTls? Tls = null, string ServerName = "localhost")
{
    public static implicit operator EnvoyBackend(int port) => new(port);
}

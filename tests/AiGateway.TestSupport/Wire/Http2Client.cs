using System.Net;
using System.Net.Security;

namespace AiGateway.TestSupport.Wire;

/// <summary>Clients that speak HTTP/2 and nothing else.</summary>
public static class Http2Client
{
    /// <summary>Prior knowledge without TLS (h2c), or ALPN when TLS options are given.</summary>
    public static HttpClient Create(int port, SslClientAuthenticationOptions? tls = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (tls is not null)
            handler.SslOptions = tls;
        return new HttpClient(handler, disposeHandler: true)
        {
            BaseAddress = new Uri($"{(tls is null ? "http" : "https")}://127.0.0.1:{port}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}

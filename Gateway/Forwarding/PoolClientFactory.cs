using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Contracts.Snapshots;
using Yarp.ReverseProxy.Forwarder;

namespace AiGateway.Gateway.Forwarding;

/// <summary>One pooled <see cref="HttpMessageInvoker"/> per pool. YARP asks for it when a cluster appears or changes.</summary>
internal sealed class PoolClientFactory(PoolConfigProvider pools, IReadOnlyList<ResolveOverride> resolve) : IForwarderHttpClientFactory, IDisposable
{
    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _current = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context)
    {
        var unchanged = context.OldClient is not null
            && context.OldMetadata?.GetValueOrDefault(PoolConfigProvider.ContentKey) == context.NewMetadata?.GetValueOrDefault(PoolConfigProvider.ContentKey);
        if (unchanged) return context.OldClient!;
        var pool = pools.Pool(context.ClusterId);
        // A replaced client is not disposed: exchanges may still run on it, and its idle connections close by themselves.
        return _current[context.ClusterId] = new HttpMessageInvoker(Handler(pool), disposeHandler: true);
    }

    /// <summary>Closes the connections of all pools; for the end of the host.</summary>
    public void Dispose()
    {
        foreach (var client in _current.Values) client.Dispose();
        _current.Clear();
    }

    private SocketsHttpHandler Handler(PoolSpec pool)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            // Header values pass as the bytes they came as: UTF-8 from clients, anything from providers.
            RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => System.Text.Encoding.Latin1,
            EnableMultipleHttp2Connections = true,
            // Trace context is written by the gateway itself, from the AI span; a second writer would replace it.
            ActivityHeadersPropagator = null,
            ConnectTimeout = pool.ConnectTimeout,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // follow DNS
            InitialHttp2StreamWindowSize = 1024 * 1024,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(pool, context, cancellationToken),
        };
        if (pool.Tls is { } tls) handler.SslOptions = Tls(tls);
        return handler;
    }

    private async ValueTask<Stream> ConnectAsync(PoolSpec pool, SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Also by the scheme that this request really has: a destination and its client change one after the other when a pool is reloaded, and a
        // credential must not leave in plain text in between.
        var secures = pool.Tls is not null && (PoolConfigProvider.NamesServer(pool) || context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps);
        var (socket, endpoint) = Target(pool, context.DnsEndPoint);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return secures ? await SecureAsync(pool, stream, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The handler takes the TLS name from the Host header and overwrites any other, so a pool whose certificate carries another name than its Host header
    /// gets its TLS here; the handler takes the secured stream as it is.
    /// </summary>
    private static async ValueTask<Stream> SecureAsync(PoolSpec pool, NetworkStream stream, CancellationToken cancellationToken)
    {
        var secured = new SslStream(stream);
        try
        {
            var options = Tls(pool.Tls!);
            options.ApplicationProtocols = [pool.Http2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
            await secured.AuthenticateAsClientAsync(options, cancellationToken);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    private (Socket Socket, EndPoint EndPoint) Target(PoolSpec pool, DnsEndPoint target)
    {
        if (PoolConfigProvider.UnixPath(pool, target.Host) is { } path)
        {
            return (new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path));
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        foreach (var entry in resolve)
        {
            if (entry.Port == target.Port && entry.Host.Equals(target.Host, StringComparison.OrdinalIgnoreCase)) return (socket, entry.Target);
        }

        return (socket, target);
    }

    private static SslClientAuthenticationOptions Tls(UpstreamTlsSpec tls)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = tls.ServerName };
        if (tls.InsecureSkipVerify)
        {
#pragma warning disable CA5359 // the operator asked for it, and a warning named it when the configuration was loaded
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (tls.CaPem.Count > 0 || tls.SubjectAltNames.Count > 0)
        {
            var authorities = new X509Certificate2Collection();
            foreach (var pem in tls.CaPem) authorities.ImportFromPem(pem);
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Verify(tls, authorities, certificate, chain, errors);
        }

        return options;
    }

    private static bool Verify(UpstreamTlsSpec tls, X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf || chain is null) return false;
        var nameMatches = tls.SubjectAltNames.Count > 0
            ? tls.SubjectAltNames.Any(name => leaf.MatchesHostname(name, allowWildcards: true, allowCommonName: false))
            : (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0;
        if (!nameMatches) return false;
        if (authorities.Count == 0) return (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }
}

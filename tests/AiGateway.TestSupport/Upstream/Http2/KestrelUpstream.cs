using System.Collections.Concurrent;
using System.Net;
using AiGateway.TestSupport.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.TestSupport.Upstream.Http2;

/// <summary>HTTP/2 by Kestrel: prior knowledge without TLS, ALPN (with HTTP/1.1 as second choice) with TLS.</summary>
internal sealed class KestrelUpstream : IUpstreamServer
{
    private readonly WebApplication _app;

    private KestrelUpstream(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    public int Port { get; }

    public static async Task<KestrelUpstream> StartAsync(AnswerBook book, RequestLog log, MockUpstreamOptions options)
    {
        var connections = new ConcurrentDictionary<string, int>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Use(next => connection => CountAsync(connection, next, connections, log));
                listen.Protocols = options.Tls is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
                if (options.Tls is not null)
                    listen.UseHttps(options.Tls.Server);
            });
        });

        var app = builder.Build();
        var exchange = new KestrelExchange(book, log, connections, app.Lifetime.ApplicationStopping);
        app.Run(exchange.RunAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new KestrelUpstream(app, new Uri(address).Port);
    }

    public async ValueTask DisposeAsync()
    {
        // Kestrel would wait for stalled answers; they end because ApplicationStopping is part of their token.
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static async Task CountAsync(
        ConnectionContext connection,
        ConnectionDelegate next,
        ConcurrentDictionary<string, int> connections,
        RequestLog log)
    {
        connections[connection.ConnectionId] = log.ConnectionOpened();
        try
        {
            await next(connection);
        }
        finally
        {
            log.ConnectionClosed();
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using AiGateway.Contracts;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AiGateway.Cli.Demo;

/// <summary>
/// A model provider without a model, on a free port of the loopback interface: what a newcomer's requests reach when there is no key. To the gateway it is
/// an upstream like any other, configured by <see cref="DemoManifests"/> and reached with a credential that is made at every start.
/// </summary>
internal sealed class DemoProvider : IAsyncDisposable
{
    private const long MaxRequestBytes = 50 * 1024 * 1024;

    private readonly KestrelServer _server;

    private DemoProvider(KestrelServer server, SecretString key, int port)
    {
        _server = server;
        Key = key;
        Port = port;
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The only credential it accepts, as <c>authorization: Bearer</c> or <c>x-api-key</c>.</summary>
    public SecretString Key { get; }

    /// <summary>Starts listening.</summary>
    /// <param name="time">Paces the streams.</param>
    /// <param name="logs">Receives what goes wrong inside; requests are not logged.</param>
    /// <param name="cancellationToken">Abandons the start.</param>
    public static async Task<DemoProvider> StartAsync(TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var key = new SecretString("demo-" + RandomNumberGenerator.GetHexString(40, lowercase: true));
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = MaxRequestBytes;
        options.Listen(IPAddress.Loopback, 0);

        // Kestrel alone: a second web host would double the start-up time for nothing that is used here.
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logs);
        var server = new KestrelServer(Options.Create(options), transport, logs);
        try
        {
            await server.StartAsync(new DemoApplication(time, key), cancellationToken);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        var address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return new DemoProvider(server, key, new Uri(address).Port);
    }

    /// <summary>Closes the listener and breaks off what is still running: nobody waits for a demo answer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}

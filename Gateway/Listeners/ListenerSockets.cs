using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using AiGateway.Contracts.Snapshots;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;

namespace AiGateway.Gateway.Listeners;

/// <summary>
/// Keeps Kestrel's endpoints equal to the snapshot's listeners. Kestrel opens and closes sockets while it runs only when its endpoints come from
/// configuration, so that is where they are written.
/// </summary>
internal sealed class ListenerSockets
{
    private readonly EndpointSource _source = new();
    private readonly GatewayHostOptions _options;
    private readonly ConcurrentDictionary<int, int> _configuredPorts = new(); // bound → configured
    private volatile FrozenSet<int> _tlsPorts = FrozenSet<int>.Empty; // as configured: 0 for a port that the system chooses
    private volatile CertificateTable _certificates = CertificateTable.Empty;
    private ImmutableDictionary<string, ListenOptions> _bound = ImmutableDictionary<string, ListenOptions>.Empty;

    /// <param name="options">Port override and default addresses.</param>
    public ListenerSockets(GatewayHostOptions options) => _options = options;

    /// <summary>Connects Kestrel to the listeners.</summary>
    public void Configure(KestrelServerOptions kestrel)
    {
        var configuration = new ConfigurationBuilder().Add(_source).Build();
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1AndHttp2;
            if (_tlsPorts.Contains(endpoint.IPEndPoint!.Port)) endpoint.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = Handshake });
            endpoint.Use(next => PrefaceSniffer.Wrap(next, _options.RequestHeadTimeout));
            ImmutableInterlocked.AddOrUpdate(ref _bound, endpoint.EndPoint.ToString()!, endpoint, (_, _) => endpoint);
        });
        kestrel.Configure(configuration, reloadOnChange: true);
        kestrel.AllowAlternateSchemes = true; // h2c connections carry a TLS feature for protocol selection only
    }

    /// <summary>The configured port behind a bound one.</summary>
    public int ConfiguredPort(int bound) => _configuredPorts.GetValueOrDefault(bound, bound);

    /// <summary>Looks whether <see cref="Apply"/> would work, and changes nothing.</summary>
    /// <exception cref="IOException">A port that the process does not have yet is taken.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate cannot be read.</exception>
    public void Check(IReadOnlyList<ListenerSpec> listeners)
    {
        CertificateTable.From(listeners, Port);
        foreach (var url in Endpoints(listeners).Values)
        {
            if (!_source.Has(url)) ProbePort(url);
        }
    }

    /// <summary>Writes the endpoints of a snapshot. Running connections of removed endpoints are closed by Kestrel after they finish.</summary>
    /// <param name="listeners">All listeners.</param>
    /// <exception cref="IOException">A port that the process does not have yet is taken; nothing was changed.</exception>
    public void Apply(IReadOnlyList<ListenerSpec> listeners)
    {
        Check(listeners);
        foreach (var listener in listeners)
        {
            if (Port(listener) is not 0 and var port) _configuredPorts[port] = listener.Port;
        }

        _certificates = CertificateTable.From(listeners, Port);
        _tlsPorts = listeners.Where(listener => listener.Tls).Select(Port).ToFrozenSet();
        _source.Replace(Endpoints(listeners));
    }

    private Dictionary<string, string> Endpoints(IReadOnlyList<ListenerSpec> listeners)
    {
        var endpoints = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var listener in listeners)
        {
            var port = Port(listener);
            var addresses = listener.Addresses.Count > 0 ? listener.Addresses : _options.DefaultAddresses;
            foreach (var address in addresses.Count > 0 ? addresses : ["*"])
            {
                var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
                // Kestrel's own https endpoints send no intermediates for a certificate chosen by name, so TLS is added in Configure. The name tells
                // Kestrel that a port which changes between plain text and TLS is another endpoint.
                endpoints[$"{address}-{port}{(listener.Tls ? "-tls" : "")}"] = $"http://{host}:{port}";
            }
        }

        return endpoints;
    }

    /// <summary>Reads the ports that were bound. Call after Kestrel started.</summary>
    public IReadOnlyList<BoundListener> Bound(IReadOnlyList<ListenerSpec> listeners)
    {
        var bound = new List<BoundListener>();
        foreach (var listener in listeners)
        {
            var wanted = Port(listener);
            var port = wanted != 0 ? wanted : _bound.Values.Select(endpoint => endpoint.IPEndPoint?.Port ?? 0).First(actual => actual != 0);
            _configuredPorts[port] = listener.Port;
            bound.Add(new BoundListener(listener.Name, port, listener.Tls));
        }

        return bound;
    }

    private int Port(ListenerSpec listener) => _options.PortOverride ?? listener.Port;

    private ValueTask<SslServerAuthenticationOptions> Handshake(TlsHandshakeCallbackContext context)
    {
        var port = (context.Connection.LocalEndPoint as IPEndPoint)?.Port ?? 0;
        var certificate = _certificates.Find(port, context.ClientHelloInfo.ServerName) ?? throw new AuthenticationException($"no certificate for port {port}");
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        });
    }

    private static void ProbePort(string url)
    {
        var uri = new Uri(url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal));
        if (uri.Port <= 0 || !IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        try
        {
            socket.Bind(new IPEndPoint(address, uri.Port));
        }
        catch (SocketException exception)
        {
            throw new IOException($"port {uri.Port} cannot be used: {exception.Message}", exception);
        }
    }

    private sealed class EndpointSource : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public bool Has(string url) => Data.Values.Contains(url);

        public void Replace(Dictionary<string, string> endpoints)
        {
            var data = endpoints.ToDictionary(endpoint => $"Endpoints:{endpoint.Key}:Url", endpoint => (string?)endpoint.Value, StringComparer.OrdinalIgnoreCase);
            if (data.Count == Data.Count && data.All(entry => Data.TryGetValue(entry.Key, out var value) && value == entry.Value)) return;
            Data = data;
            OnReload();
        }
    }
}

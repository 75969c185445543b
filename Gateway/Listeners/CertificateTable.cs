using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Routing;

namespace AiGateway.Gateway.Listeners;

/// <summary>Server certificates by port and server name. Replaced whole, so a renewed Secret takes effect with the next handshake.</summary>
internal sealed class CertificateTable
{
    private readonly List<Entry> _entries;

    private CertificateTable(List<Entry> entries) => _entries = entries;

    /// <summary>No certificates.</summary>
    public static CertificateTable Empty { get; } = new([]);

    /// <summary>Loads the certificates of all TLS listeners.</summary>
    /// <param name="listeners">Listeners.</param>
    /// <param name="port">Port a listener is bound to.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A chain or key that cannot be read; validation has checked it before.</exception>
    public static CertificateTable From(IReadOnlyList<ListenerSpec> listeners, Func<ListenerSpec, int> port)
    {
        var entries = new List<Entry>();
        foreach (var listener in listeners.Where(listener => listener.Tls))
        {
            foreach (var certificate in listener.Certificates)
            {
                var leaf = X509Certificate2.CreateFromPem(certificate.ChainPem, certificate.KeyPem.Reveal());
                var chain = new X509Certificate2Collection();
                chain.ImportFromPem(certificate.ChainPem); // the leaf is first in it; the context does not send it twice
                entries.Add(new Entry(port(listener), listener.Hostname, leaf, SslStreamCertificateContext.Create(leaf, chain, offline: true)));
            }
        }

        return new CertificateTable(entries);
    }

    /// <summary>The certificate and its intermediates for a handshake: by listener host name, then by the names in the certificate, then the port's first.</summary>
    public SslStreamCertificateContext? Find(int port, string? serverName)
    {
        var onPort = _entries.Where(entry => entry.Port == port || entry.Port == 0).ToArray();
        if (string.IsNullOrEmpty(serverName)) return onPort.FirstOrDefault()?.Context;
        return (onPort.FirstOrDefault(entry => entry.Hostname is not null && HostPattern.Matches(entry.Hostname, serverName) && entry.Certificate.MatchesHostname(serverName))
            ?? onPort.FirstOrDefault(entry => entry.Certificate.MatchesHostname(serverName))
            ?? onPort.FirstOrDefault())?.Context;
    }

    private sealed record Entry(int Port, string? Hostname, X509Certificate2 Certificate, SslStreamCertificateContext Context);
}

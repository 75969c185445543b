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
                entries.Add(new Entry(port(listener), listener.Hostname, X509Certificate2.CreateFromPem(certificate.ChainPem, certificate.KeyPem.Reveal())));
            }
        }

        return new CertificateTable(entries);
    }

    /// <summary>The certificate for a handshake: by listener host name, then by the names in the certificate, then the port's first.</summary>
    public X509Certificate2? Find(int port, string? serverName)
    {
        var onPort = _entries.Where(entry => entry.Port == port || entry.Port == 0).ToArray();
        if (string.IsNullOrEmpty(serverName)) return onPort.FirstOrDefault()?.Certificate;
        return (onPort.FirstOrDefault(entry => entry.Hostname is not null && HostPattern.Matches(entry.Hostname, serverName) && entry.Certificate.MatchesHostname(serverName))
            ?? onPort.FirstOrDefault(entry => entry.Certificate.MatchesHostname(serverName))
            ?? onPort.FirstOrDefault())?.Certificate;
    }

    private sealed record Entry(int Port, string? Hostname, X509Certificate2 Certificate);
}

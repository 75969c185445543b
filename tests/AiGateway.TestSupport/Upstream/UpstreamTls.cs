using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AiGateway.TestSupport.Upstream;

/// <summary>A certificate authority and a server certificate of its own, made in memory for one test.</summary>
public sealed class UpstreamTls : IDisposable
{
    private readonly X509Certificate2? _intermediate;

    private UpstreamTls(X509Certificate2 authority, X509Certificate2? intermediate, X509Certificate2 server)
    {
        Authority = authority;
        _intermediate = intermediate;
        Server = server;
    }

    public X509Certificate2 Authority { get; }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Server { get; }

    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>The server's certificate, followed by the intermediate authority's when there is one.</summary>
    public string ServerPem => _intermediate is null ? Server.ExportCertificatePem() : Server.ExportCertificatePem() + "\n" + _intermediate.ExportCertificatePem();

    public string ServerKeyPem
    {
        get
        {
            using var key = Server.GetECDsaPrivateKey() ?? throw new InvalidOperationException("The server certificate has no key.");
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    /// <param name="names">DNS names or addresses of the server certificate; <c>localhost</c> and <c>127.0.0.1</c> when empty.</param>
    public static UpstreamTls Create(params string[] names)
    {
        var authority = CreateAuthority("CN=Test Authority", signer: null);
        return new UpstreamTls(authority, null, CreateServer(authority, names is [] ? ["localhost", "127.0.0.1"] : names));
    }

    /// <summary>The server's certificate is signed by an intermediate authority, which clients know only when the server sends it.</summary>
    public static UpstreamTls CreateWithIntermediate(string name)
    {
        var authority = CreateAuthority("CN=Test Authority", signer: null);
        var intermediate = CreateAuthority("CN=Test Intermediate", authority);
        return new UpstreamTls(authority, intermediate, CreateServer(intermediate, [name]));
    }

    /// <summary>Client options that trust this authority and nothing else.</summary>
    public SslClientAuthenticationOptions TrustingClient(string host)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Authority);
        return new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy };
    }

    public void Dispose()
    {
        Authority.Dispose();
        _intermediate?.Dispose();
        Server.Dispose();
    }

    private static X509Certificate2 CreateAuthority(string name, X509Certificate2? signer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        if (signer is null) return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
        using var signed = request.Create(signer, Now.AddHours(-12), Now.AddDays(1), RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 CreateServer(X509Certificate2 authority, string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        using var signed = request.Create(authority, Now.AddHours(-1), Now.AddHours(20), RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}

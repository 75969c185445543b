using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Tries certificates before they are published, so that a listener never starts with a pair that cannot be served.</summary>
internal static class CertificateCheck
{
    /// <summary>What is wrong with a chain and its key, or null. Never quotes either.</summary>
    public static string? Problem(string chainPem, string keyPem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(chainPem, keyPem);
            return null;
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            return "tls.crt and tls.key are no PEM certificate with its private key";
        }
    }

    /// <summary>What is wrong with a bundle of authorities, or null.</summary>
    public static string? AuthorityProblem(string pem)
    {
        try
        {
            var bundle = new X509Certificate2Collection();
            bundle.ImportFromPem(pem);
            var count = bundle.Count;
            foreach (var certificate in bundle) certificate.Dispose();
            return count == 0 ? "it holds no PEM certificate" : null;
        }
        catch (CryptographicException)
        {
            return "it holds no valid PEM certificate";
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AiGateway.ControlPlane.Tests.Support;

/// <summary>A fresh self-signed certificate.</summary>
internal static class TestCertificate
{
    /// <summary>A <c>kubernetes.io/tls</c> Secret that holds it.</summary>
    public static string Secret(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test.example.com", key, HashAlgorithmName.SHA256);
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = request.CreateSelfSigned(from, from.AddYears(1));
        return $"""
            apiVersion: v1
            kind: Secret
            metadata: {"{"}name: {name}{"}"}
            type: kubernetes.io/tls
            data:
              tls.crt: {Base64(certificate.ExportCertificatePem())}
              tls.key: {Base64(key.ExportPkcs8PrivateKeyPem())}
            """;
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}

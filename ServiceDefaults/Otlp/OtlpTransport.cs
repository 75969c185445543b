using System.Buffers;
using System.IO.Compression;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AiGateway.ServiceDefaults.Otlp;

/// <summary>What both protocols share: the connection, compression, reading a bounded answer.</summary>
internal static class OtlpTransport
{
    /// <summary>Answers are a status or a counter; more than this is not read.</summary>
    private const int AnswerLimit = 64 * 1024;

    public static HttpMessageInvoker CreateInvoker(OtlpTarget target)
    {
        var handler = new SocketsHttpHandler
        {
            // No activity for our own exports: with System.Net.Http spans switched on, each export would cause the next.
            ActivityHeadersPropagator = null,
            UseCookies = false,
            AllowAutoRedirect = false, // Headers carry credentials, which must not follow a redirect elsewhere.
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // Follow DNS.
        };
        if (target.CertificateFile is { } authorities) TrustOnly(handler.SslOptions, authorities);
        if (target.ClientCertificateFile is { } certificate)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, target.ClientKeyFile)];
        return new HttpMessageInvoker(handler);
    }

    public static HttpRequestMessage CreateRequest(OtlpTarget target, Uri address, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.TryAddWithoutValidation("user-agent", "ai-gateway-otlp");
        foreach (var (name, value) in target.Headers.Reveal()) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    public static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using var output = new MemoryStream(bytes.Length / 4);
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return output.ToArray();
    }

    public static async Task<byte[]> ReadAnswerAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using (stream)
        {
            var kept = new ArrayBufferWriter<byte>(256);
            // The rest is still read (gRPC trailers come after it), but not kept.
            while (true)
            {
                var memory = kept.GetMemory(256);
                var count = await stream.ReadAsync(memory, cancellationToken);
                if (count == 0) return kept.WrittenSpan.ToArray();
                if (kept.WrittenCount < AnswerLimit) kept.Advance(count);
            }
        }
    }

    private static void TrustOnly(SslClientAuthenticationOptions options, string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        options.CertificateChainPolicy = policy;
    }
}

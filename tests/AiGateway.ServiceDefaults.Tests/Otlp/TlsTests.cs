using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.ServiceDefaults.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

/// <summary>Own authorities and mutual TLS against a real TLS server.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("otlp-tls-").FullName;
    private readonly List<string> _clients = [];
    private WebApplication _server = null!;

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Sink_WithOwnAuthorityAndClientCertificate_IsReached(string protocol)
    {
        await using var test = new TestPipeline(Options(
            protocol,
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", PathOf("server.pem")),
            ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", PathOf("client.pem")),
            ("OTEL_EXPORTER_OTLP_CLIENT_KEY", PathOf("client.key"))));
        test.Spans(1);
        await test.FlushAsync();
        Assert.Equal(["CN=gateway"], _clients);
    }

    [Fact]
    public async Task Sink_WithUnknownAuthority_IsNotTrusted()
    {
        var test = new TestPipeline(Options("http/protobuf") with { ShutdownTimeout = TimeSpan.FromSeconds(1) });
        test.Spans(1);
        await test.DisposeAsync();
        Assert.Empty(_clients);
        Assert.Contains(test.Log.Lines, line => line.Contains("cannot take traces", StringComparison.Ordinal) && line.Contains("SSL", StringComparison.Ordinal));
    }

    public async ValueTask InitializeAsync()
    {
        var server = Create("localhost", "server");
        Create("gateway", "client");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificate = server,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (_, _, _) => true,
        })));
        builder.WebHost.UseKestrelHttpsConfiguration();
        _server = builder.Build();
        _server.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            lock (_clients) _clients.Add(context.Connection.ClientCertificate?.Subject ?? "none");
            if (context.Request.Protocol == "HTTP/2") context.Response.AppendTrailer("grpc-status", "0");
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private TelemetryOptions Options(string protocol, params (string Name, string Value)[] more) => TestPipeline.Options(
    [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"https://localhost:{new Uri(_server.Urls.Single()).Port}"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        .. more,
    ]);

    private string PathOf(string file) => Path.Combine(_folder, file);

    private X509Certificate2 Create(string name, string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(PathOf($"{file}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{file}.key"), key.ExportPkcs8PrivateKeyPem());
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}

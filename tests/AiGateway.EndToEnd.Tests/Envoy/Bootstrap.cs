using System.Collections;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>Bootstraps as an operator makes them.</summary>
internal static class Bootstrap
{
    /// <summary>Where Envoy expects the system's authorities; a test machine may have none.</summary>
    public const string SystemTrustFile = "/etc/ssl/certs/ca-certificates.crt";

    /// <summary>Runs <c>aigw translate --to envoy</c>, with every key that an example may name set.</summary>
    /// <returns>The file it wrote.</returns>
    public static async Task<string> TranslateAsync(TempFolder folder, string manifest, CancellationToken cancellationToken, params string[] options)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key)
            .Where(name => name.StartsWith("AIGW_", StringComparison.Ordinal) || name.StartsWith("OTEL_", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var provider in (string[])["OPENAI", "ANTHROPIC", "COHERE", "GROQ", "AZURE_OPENAI", "KIVOYO"]) environment[$"{provider}_API_KEY"] = "planted-key";
        await using var process = ChildProcess.Start("dotnet", [GatewayProcess.Program, "translate", "--to", "envoy", manifest, "--ca-file", Authorities(folder), .. options], environment);
        var exitCode = await process.WaitForExitAsync(cancellationToken);
        Assert.True(exitCode == 0, $"{process} ended with {exitCode}:\n{string.Join('\n', process.Errors)}");
        return folder.Write("envoy.yaml", string.Join('\n', process.Output) + "\n");
    }

    /// <summary>A file with an authority, made for the test.</summary>
    public static string Authorities(TempFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var certificate = request.CreateSelfSigned(from, from.AddYears(1));
        return folder.Write("authorities.pem", certificate.ExportCertificatePem());
    }
}

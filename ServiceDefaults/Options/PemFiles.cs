using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AiGateway.ServiceDefaults;

/// <summary>Certificate files are opened at start, so that a wrong path is not first seen as a failing export.</summary>
internal sealed class PemFiles(EnvironmentReader env)
{
    public string? Authorities((string Name, string Path)? setting)
    {
        if (Existing(setting) is not { } path) return null;
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            if (certificates.Count > 0) return path;
            env.Error(setting!.Value.Name, path, "holds no certificate; name a PEM file with at least one");
        }
        catch (CryptographicException)
        {
            env.Error(setting!.Value.Name, path, "is not a PEM certificate file; check its content");
        }

        return null;
    }

    public string? Existing((string Name, string Path)? setting)
    {
        if (setting is not var (name, path)) return null;
        if (File.Exists(path)) return path;
        env.Error(name, path, "does not exist or cannot be read; correct the path");
        return null;
    }
}

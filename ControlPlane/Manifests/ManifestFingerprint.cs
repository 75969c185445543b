using System.Security.Cryptography;
using System.Text;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>One value for the content of a set of files and folders; equal content gives equal values, whoever wrote it and when.</summary>
internal static class ManifestFingerprint
{
    private const int MaxHashedBytes = 32 * 1024 * 1024;

    public static string Of(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in paths)
        {
            foreach (var file in Files(path)) Append(hash, file);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IReadOnlyList<string> Files(string path)
    {
        try
        {
            return Directory.Exists(path) ? ManifestLoader.FilesOf(path) : [path];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The folder vanished or was closed to us in between; the load that follows says so.
            return [path];
        }
    }

    private static void Append(IncrementalHash hash, string file)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(file + "\0"));
        try
        {
            var info = new FileInfo(file);
            if (info is { Exists: true, Length: > MaxHashedBytes })
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{info.Length} {info.LastWriteTimeUtc.Ticks}\0"));
                return;
            }

            var content = File.ReadAllBytes(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{content.Length}\0"));
            hash.AppendData(content);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Missing is a state like any other: appearing again is a change.
            hash.AppendData("unreadable\0"u8);
        }
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>Names a snapshot by its content, credentials included: a rotated key is a new revision.</summary>
internal static class SnapshotRevision
{
    /// <summary><c>sha256:&lt;hex&gt;</c> of the snapshot's canonical JSON.</summary>
    /// <param name="snapshot">What to name.</param>
    /// <param name="loadTime">The made-up creation time, which is no content.</param>
    public static string Of(GatewaySnapshot snapshot, DateTimeOffset loadTime)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) new SnapshotJsonWriter(json, static secret => secret.Reveal(), loadTime).Write(snapshot);
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        var hash = SHA256.HashData(bytes);
        // The buffer held every credential in clear text.
        CryptographicOperations.ZeroMemory(bytes);
        return $"sha256:{Convert.ToHexStringLower(hash)}";
    }
}

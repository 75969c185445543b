using System.Text.Json;
using AiGateway.Contracts.Snapshots;

namespace AiGateway.ControlPlane.Compilation;

/// <summary>A snapshot as JSON for people: with <c>***</c> in place of every credential.</summary>
public static class SnapshotJson
{
    /// <summary>Writes one JSON object.</summary>
    /// <param name="json">Receives the object.</param>
    /// <param name="snapshot">What to write.</param>
    public static void WriteRedacted(Utf8JsonWriter json, GatewaySnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(snapshot);
        new SnapshotJsonWriter(json, static secret => secret.ToString(), omittedTime: null).Write(snapshot);
    }
}

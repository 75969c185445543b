using System.Globalization;
using AiGateway.EndToEnd.Tests.Processes;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>Starts the same configuration in each topology.</summary>
internal static class Origins
{
    /// <param name="topology">Which one; skips the test when its parts are not here.</param>
    /// <param name="manifest">Configuration.</param>
    /// <param name="environment">Variables of the process that holds the engine.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<IOrigin> StartAsync(Topology topology, GatewayManifest manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken) => topology switch
    {
        Topology.Standalone => await GatewayProcess.StartAsync(manifest, environment, cancellationToken),
        Topology.Envoy => await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), port => manifest.ToString().Replace("port: 1975", $"port: {port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal), environment, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(topology), topology, null),
    };
}

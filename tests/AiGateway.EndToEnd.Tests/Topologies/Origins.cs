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
    /// <param name="inFront">Variables of <c>aigw run</c> where it stands in front of the engine.</param>
    public static Task<IOrigin> StartAsync(Topology topology, GatewayManifest manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? inFront = null) =>
        StartAsync(topology, manifest.ToString(), environment, cancellationToken, inFront);

    /// <inheritdoc cref="StartAsync(Topology, GatewayManifest, IReadOnlyDictionary{string, string}, CancellationToken, IReadOnlyDictionary{string, string})"/>
    public static async Task<IOrigin> StartAsync(Topology topology, string manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? inFront = null) => topology switch
    {
        Topology.Standalone => await GatewayProcess.StartAsync(manifest, environment, cancellationToken),
        Topology.Envoy or Topology.External => await StartWithServiceAsync(topology, manifest, environment, cancellationToken, inFront),
        _ => throw new ArgumentOutOfRangeException(nameof(topology), topology, null),
    };

    /// <summary>Starts a topology whose engine is a process of its own.</summary>
    public static async Task<IServiceOrigin> StartWithServiceAsync(Topology topology, string manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? inFront = null) => topology switch
    {
        Topology.Envoy => await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), port => OnPort(manifest, port), environment, cancellationToken),
        Topology.External => await ExternalOrigin.StartAsync(manifest, environment, cancellationToken, inFront),
        _ => throw new ArgumentOutOfRangeException(nameof(topology), topology, null),
    };

    // `aigw run --port 0` needs no such thing; Envoy listens where its file says.
    private static string OnPort(string manifest, int port) => manifest.Replace("port: 1975", $"port: {port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
}

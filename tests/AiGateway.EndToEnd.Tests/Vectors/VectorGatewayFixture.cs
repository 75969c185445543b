using AiGateway.EndToEnd.Tests.Telemetry;
using AiGateway.EndToEnd.Tests.Topologies;

namespace AiGateway.EndToEnd.Tests.Vectors;

/// <summary>One gateway for all recordings, in each topology.</summary>
public sealed class VectorGatewayFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Dictionary<Topology, VectorGateway> _gateways = [];

    internal async Task<VectorGateway> GetAsync(Topology topology, OtelCollector collector, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (!_gateways.TryGetValue(topology, out var gateway)) _gateways[topology] = gateway = await VectorGateway.StartAsync(topology, collector, settings: null, cancellationToken);
            return gateway;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways.Values) await gateway.DisposeAsync();
        _starting.Dispose();
    }
}

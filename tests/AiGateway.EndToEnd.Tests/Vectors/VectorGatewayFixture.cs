using AiGateway.EndToEnd.Tests.Telemetry;

namespace AiGateway.EndToEnd.Tests.Vectors;

/// <summary>One gateway for all recordings.</summary>
public sealed class VectorGatewayFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private VectorGateway? _gateway;

    internal async Task<VectorGateway> GetAsync(OtelCollector collector, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _gateway ??= await VectorGateway.StartAsync(collector, settings: null, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        _starting.Dispose();
    }
}

using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>One collector for all tests that only read what arrives. Started by the first test that asks.</summary>
public sealed class CollectorFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private OtelCollector? _collector;

    /// <summary>The collector; skips the test where there is none.</summary>
    internal async Task<OtelCollector> GetAsync(CancellationToken cancellationToken)
    {
        var run = RealParts.Shared("otelcol");
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _collector ??= await OtelCollector.StartAsync(run, cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_collector is not null) await _collector.DisposeAsync();
        _starting.Dispose();
    }
}

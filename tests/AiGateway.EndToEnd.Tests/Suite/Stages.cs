using AiGateway.EndToEnd.Tests.Suite;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;

[assembly: AssemblyFixture(typeof(Stages))]

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>One stage per topology for all tests; each starts with the first test that asks for it.</summary>
public sealed class Stages : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Dictionary<Topology, Stage> _stages = [];

    /// <summary>The stage of a topology; skips the test where its parts are absent.</summary>
    internal async Task<Stage> GetAsync(Topology topology)
    {
        using var limit = TestDeadline.Start(TestDeadline.Default * 2, TestContext.Current.CancellationToken);
        await _starting.WaitAsync(limit.Token);
        try
        {
            if (!_stages.TryGetValue(topology, out var stage)) _stages[topology] = stage = await Stage.StartAsync(topology, limit.Token);
            return stage;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stage in _stages.Values) await stage.DisposeAsync();
        _starting.Dispose();
    }
}

using AiGateway.EndToEnd.Tests.Clients;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Phoenix;

/// <summary>One Phoenix, and a gateway that writes to it. Started by the first test that asks.</summary>
public sealed class PhoenixFixture : IAsyncDisposable
{
    // A first start unpacks and compiles; a minute and more on a busy machine.
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(4);

    private readonly SemaphoreSlim _starting = new(1, 1);
    private PhoenixServer? _server;
    private RecordingGateway? _gateway;

    /// <summary>Name of this run's project.</summary>
    public string Project { get; } = $"gw-test-{Guid.NewGuid():N}";

    internal PhoenixServer Server => _server!;

    internal RecordingGateway Gateway => _gateway!;

    /// <summary>Starts both, or skips the test where there is no Phoenix.</summary>
    internal async Task EnsureStartedAsync(CancellationToken cancellationToken)
    {
        var run = RealParts.Shared("phoenix");
        using var limit = TestDeadline.Start(s_startLimit, cancellationToken);
        await _starting.WaitAsync(limit.Token);
        try
        {
            if (_gateway is not null) return;
            _server ??= await PhoenixServer.StartAsync(run, limit.Token);
            await _server.CreateProjectAsync(Project, limit.Token);
            var gateway = new RecordingGateway();
            await gateway.StartAsync(
                Topologies.Topology.Standalone,
                new Dictionary<string, string?>
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _server.Endpoint.ToString(),
                    ["OTEL_METRICS_EXPORTER"] = "none",
                    ["OTEL_LOGS_EXPORTER"] = "none",
                    ["OTEL_BSP_SCHEDULE_DELAY"] = "5",
                    ["OTEL_RESOURCE_ATTRIBUTES"] = $"openinference.project.name={Project}",
                },
                limit.Token);
            _gateway = gateway;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        _starting.Dispose();
    }
}

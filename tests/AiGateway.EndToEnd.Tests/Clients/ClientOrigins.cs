using AiGateway.EndToEnd.Tests.Clients;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;

[assembly: AssemblyFixture(typeof(ClientOrigins))]

namespace AiGateway.EndToEnd.Tests.Clients;

/// <summary>
/// What the providers' own clients talk to, one of each per topology: a gateway in front of recordings, and one in front of the product's demo provider. Each
/// starts with the first test that asks for it.
/// </summary>
public sealed class ClientOrigins : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Dictionary<Topology, RecordingGateway> _recordings = [];
    private readonly Dictionary<Topology, IOrigin> _demos = [];
    private GatewayProcess? _provider;

    /// <summary>Recordings behind a topology; skips the test where its parts are absent.</summary>
    internal Task<RecordingGateway> RecordingsAsync(Topology topology) => GetAsync(_recordings, topology, async cancellationToken =>
    {
        var gateway = new RecordingGateway();
        try
        {
            await gateway.StartAsync(topology, environment: null, cancellationToken);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    });

    /// <summary>The demo provider behind a topology. It is a whole <c>aigw</c> that serves both dialects; the models of Messages have names of their own.</summary>
    internal Task<IOrigin> DemoAsync(Topology topology) => GetAsync(_demos, topology, async cancellationToken =>
    {
        _provider ??= await GatewayProcess.StartDemoAsync(environment: null, cancellationToken);
        var port = _provider.Endpoint.Port;
        var manifest = new GatewayManifest();
        foreach (var model in (string[])["demo-chat", "demo-tools", "demo-embedding", "demo-image", "demo-speech", "demo-transcribe"]) manifest.Model(model, "openai", "OpenAI", port);
        manifest.Model("demo-claude", "anthropic", "Anthropic", port, "demo-chat").Model("demo-claude-tools", "anthropic", "Anthropic", port, "demo-tools");
        return await Origins.StartAsync(topology, manifest, environment: null, cancellationToken);
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _recordings.Values) await gateway.DisposeAsync();
        foreach (var gateway in _demos.Values) await gateway.DisposeAsync();
        if (_provider is not null) await _provider.DisposeAsync();
        _starting.Dispose();
    }

    private async Task<T> GetAsync<T>(Dictionary<Topology, T> started, Topology topology, Func<CancellationToken, Task<T>> start)
    {
        using var limit = TestDeadline.Start(TestDeadline.Default * 2, TestContext.Current.CancellationToken);
        await _starting.WaitAsync(limit.Token);
        try
        {
            if (!started.TryGetValue(topology, out var one)) started[topology] = one = await start(limit.Token);
            return one;
        }
        finally
        {
            _starting.Release();
        }
    }
}

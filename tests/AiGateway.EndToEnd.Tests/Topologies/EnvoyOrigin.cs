using System.Text.Json;
using AiGateway.EndToEnd.Tests.Envoy;
using AiGateway.EndToEnd.Tests.Processes;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>A real Envoy with our ext_proc service, both from one manifest.</summary>
internal sealed class EnvoyOrigin : IServiceOrigin
{
    private readonly Func<int, string> _manifest;
    private readonly IReadOnlyDictionary<string, string?>? _environment;

    private EnvoyOrigin(EnvoyServer envoy, ExtProcProcess service, Func<int, string> manifest, IReadOnlyDictionary<string, string?>? environment)
    {
        Envoy = envoy;
        Service = service;
        _manifest = manifest;
        _environment = environment;
    }

    public Uri Endpoint => Envoy.Endpoint;

    public HttpClient Client => Envoy.Client;

    public EnvoyServer Envoy { get; }

    public ExtProcProcess Service { get; private set; }

    public IReadOnlyList<ChildProcess> Processes => [Envoy.Process, Service.Process];

    public static async Task<EnvoyOrigin> StartAsync(string run, Func<int, string> manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken, params string[] serviceArguments)
    {
        var service = await ExtProcProcess.StartAsync(manifest(1975), port: 0, environment, cancellationToken, serviceArguments);
        try
        {
            return new EnvoyOrigin(await EnvoyServer.StartAsync(run, manifest, service.Port, cancellationToken), service, manifest, environment);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public Task<string> MetricsAsync(CancellationToken cancellationToken) => Client.GetStringAsync(new Uri(Service.Admin, "metrics"), cancellationToken);

    public async Task<IReadOnlyList<string>> PagesAsync(CancellationToken cancellationToken) =>
    [
        await MetricsAsync(cancellationToken),
        await Client.GetStringAsync(new Uri(Envoy.Admin, "config_dump"), cancellationToken),
        await Client.GetStringAsync(new Uri(Envoy.Admin, "stats"), cancellationToken),
    ];

    public Task<JsonElement> LogEntryAsync(string requestId, CancellationToken cancellationToken) => Envoy.LogEntryAsync(requestId, cancellationToken);

    public async Task KillServiceAsync() => await Service.DisposeAsync();

    public async Task RestartServiceAsync(CancellationToken cancellationToken, string? manifest = null) => Service = await ExtProcProcess.StartAsync(manifest ?? _manifest(1975), Service.Port, _environment, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Envoy.DisposeAsync();
        await Service.DisposeAsync();
    }
}

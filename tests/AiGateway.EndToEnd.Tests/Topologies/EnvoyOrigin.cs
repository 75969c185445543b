using AiGateway.EndToEnd.Tests.Envoy;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>A real Envoy with our ext_proc service, both from one manifest.</summary>
internal sealed class EnvoyOrigin : IOrigin
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

    public HttpClient Client => Envoy.Client;

    public EnvoyServer Envoy { get; }

    public ExtProcProcess Service { get; private set; }

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

    /// <summary>Kills the service as a crash would.</summary>
    public async Task KillServiceAsync() => await Service.DisposeAsync();

    /// <summary>Starts it again on the same port.</summary>
    public async Task RestartServiceAsync(CancellationToken cancellationToken) => Service = await ExtProcProcess.StartAsync(_manifest(1975), Service.Port, _environment, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Envoy.DisposeAsync();
        await Service.DisposeAsync();
    }
}

using System.Globalization;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>Our gateway in front of our ext_proc service, as it would stand in front of anybody's; both from one manifest.</summary>
internal sealed class ExternalOrigin : IServiceOrigin
{
    private readonly GatewayProcess _gateway;
    private readonly string _manifest;
    private readonly IReadOnlyDictionary<string, string?>? _environment;

    private ExternalOrigin(GatewayProcess gateway, ExtProcProcess service, string manifest, IReadOnlyDictionary<string, string?>? environment)
    {
        _gateway = gateway;
        Service = service;
        _manifest = manifest;
        _environment = environment;
    }

    public Uri Endpoint => _gateway.Endpoint;

    public HttpClient Client => _gateway.Client;

    public ExtProcProcess Service { get; private set; }

    public IReadOnlyList<ChildProcess> Processes => [_gateway.Process, Service.Process];

    public static async Task<ExternalOrigin> StartAsync(
        string manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? inFront = null)
    {
        var service = await ExtProcProcess.StartAsync(manifest, port: 0, environment, cancellationToken);
        try
        {
            var external = new Dictionary<string, string?>(inFront ?? new Dictionary<string, string?>())
            {
                ["Processing__Mode"] = "External",
                ["Processing__Address"] = $"http://127.0.0.1:{service.Port.ToString(CultureInfo.InvariantCulture)}",
            };
            return new ExternalOrigin(await GatewayProcess.StartAsync(manifest, external, cancellationToken), service, manifest, environment);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public Task<string> MetricsAsync(CancellationToken cancellationToken) => Client.GetStringAsync(new Uri(Service.Admin, "metrics"), cancellationToken);

    public async Task<IReadOnlyList<string>> PagesAsync(CancellationToken cancellationToken) => [await MetricsAsync(cancellationToken), await _gateway.MetricsAsync(cancellationToken)];

    public Task<JsonElement> LogEntryAsync(string requestId, CancellationToken cancellationToken) => _gateway.LogEntryAsync(requestId, cancellationToken);

    public async Task KillServiceAsync() => await Service.DisposeAsync();

    public async Task RestartServiceAsync(CancellationToken cancellationToken, string? manifest = null) => Service = await ExtProcProcess.StartAsync(manifest ?? _manifest, Service.Port, _environment, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await Service.DisposeAsync();
    }
}

using AiGateway.ControlPlane;
using AiGateway.DataPlane.Telemetry;
using AiGateway.Gateway;
using AiGateway.ServiceDefaults;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using Microsoft.Extensions.Logging;

namespace AiGateway.EndToEnd.Tests.Processes;

/// <summary>The gateway, started from a configuration file as its users start it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = TempFolder.Create();
    private readonly CapturedLogs _logs = new();
    private ILoggerFactory _loggers = null!;
    private TelemetryPipeline _telemetry = null!;
    private GatewayHost _host = null!;

    private GatewayProcess()
    {
    }

    /// <summary>Where clients go.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Where <c>/metrics</c> is.</summary>
    public Uri Admin { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public static async Task<GatewayProcess> StartAsync(GatewayManifest manifest, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellationToken)
    {
        var gateway = new GatewayProcess();
        var file = gateway._folder.Write("config.yaml", manifest.ToString());
        Func<string, string?> variable = name => environment?.GetValueOrDefault(name);
        gateway._loggers = LoggerFactory.Create(logging => logging.AddProvider(gateway._logs).SetMinimumLevel(LogLevel.Information));
        using var session = new ConfigurationSession(new ConfigurationSessionOptions { Paths = [file], Environment = variable });
        var result = await session.LoadAsync(cancellationToken);
        Assert.DoesNotContain(result.Findings, finding => finding.Severity == ControlPlane.Findings.FindingSeverity.Error);
        gateway._telemetry = TelemetryPipeline.Start(
            TelemetryOptions.FromEnvironment(variable),
            new TelemetrySources([GatewayActivities.SourceName], [GatewayMetrics.MeterName]), gateway._loggers, Stream.Null);
        gateway._host = await GatewayHost.StartAsync(
            new GatewayHostOptions
            {
                AdminPort = 0, PortOverride = 0, DefaultAddresses = ["127.0.0.1"], Logs = gateway._loggers, Telemetry = gateway._telemetry, Environment = variable,
            },
            result.Snapshot, cancellationToken);
        gateway.Endpoint = new Uri($"http://127.0.0.1:{gateway._host.Listeners[0].Port}");
        gateway.Admin = new Uri($"http://127.0.0.1:{gateway._host.AdminPort}");
        gateway.Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.Endpoint, Timeout = TestDeadline.Default };
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        if (_telemetry is not null) await _telemetry.DisposeAsync();
        _loggers?.Dispose();
        _folder.Dispose();
    }
}

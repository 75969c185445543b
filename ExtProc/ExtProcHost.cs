using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc.Processing;
using AiGateway.ExtProc.Protocol;
using AiGateway.ExtProc.Protocol.Grpc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ServiceDefaults;
using AiGateway.ServiceDefaults.Transport;
using Envoy.Service.ExtProc.V3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AiGateway.ExtProc;

/// <summary>The engine behind Envoy: the ext_proc service, health, admin port, live configuration. One per process, or one per test.</summary>
public sealed class ExtProcHost : IAsyncDisposable
{
    /// <summary>Service that Envoy calls, for the health service.</summary>
    public const string ServiceName = "envoy.service.ext_proc.v3.ExternalProcessor";

    private static readonly GatewaySnapshot s_none = new() { Revision = "none", RoutesElsewhere = true };

    private readonly ExtProcHostOptions _options;
    private readonly ILogger<ExtProcHost> _log;
    private readonly SnapshotHolder _snapshots;
    private readonly GatewayMetrics _metrics;
    private readonly SpanQueue? _spans;
    private readonly Engine _engine;
    private FlightRecorder? _recorder;
    private readonly HealthService _health = new();
    private WebApplication? _service;
    private WebApplication? _admin;

    private ExtProcHost(ExtProcHostOptions options, GatewaySnapshot? snapshot)
    {
        _options = options;
        _log = options.Logs.CreateLogger<ExtProcHost>();
        _snapshots = new SnapshotHolder(RuntimeSnapshotCompiler.Compile(snapshot ?? s_none), options.Time);
        var headers = TelemetryHeaders.FromEnvironment(options.Environment);
        _metrics = new GatewayMetrics(headers.Metrics);
        if (options.Telemetry is not null)
        {
            _spans = SpanQueue.FromEnvironment(options.Environment, _metrics, warning => ExtProcLog.Setting(_log, warning), exception => ExtProcLog.SpanFailed(_log, exception));
        }

        var tracing = new ExchangeTracing(options.Telemetry is null ? null : new TracePropagation(options.Telemetry.Propagator), _spans, headers.Spans);
        _engine = new Engine(_snapshots, new EndpointCatalog(options.Prefixes), new Completion(_metrics, options.Sinks), _metrics, tracing, headers.Logs, options);
        if (snapshot is not null) _engine.Configured();
    }

    /// <summary>Where Envoy connects, as bound: <c>127.0.0.1:1063</c> or <c>unix:/path</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Admin port as bound.</summary>
    public int AdminPort { get; private set; }

    /// <summary>Revision in force.</summary>
    public string Revision => _snapshots.Current.Revision;

    /// <summary>Exchanges that are running now.</summary>
    public int ActiveExchanges => _engine.Drain.Running;

    /// <summary>Exchanges that an upstream stream would find now.</summary>
    internal int RegisteredExchanges => _engine.Registry.Count;

    /// <summary>Binds everything and serves.</summary>
    /// <param name="options">Process settings.</param>
    /// <param name="snapshot">First configuration. Null when it comes later: until then the service listens, health says NOT_SERVING and requests get 503.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    /// <exception cref="FormatException">A setting or the snapshot cannot be used.</exception>
    public static async Task<ExtProcHost> StartAsync(ExtProcHostOptions options, GatewaySnapshot? snapshot, CancellationToken cancellationToken)
    {
        var host = new ExtProcHost(options, snapshot);
        try
        {
            await host.StartServiceAsync(cancellationToken);
            await host.StartAdminAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts a new configuration into force. Running exchanges keep theirs; attempts look their backend up in the new one.</summary>
    /// <exception cref="FormatException">The snapshot cannot be used; the current one stays.</exception>
    public void Apply(GatewaySnapshot snapshot)
    {
        try
        {
            _snapshots.Apply(RuntimeSnapshotCompiler.Compile(snapshot));
        }
        catch (FormatException exception)
        {
            ReportRejectedReload(exception.Message);
            throw;
        }

        _engine.Configured();
        SetHealth(!_engine.Drain.IsDraining);
        _metrics.Reload(applied: true);
        ExtProcLog.Applied(_log, snapshot.Revision);
    }

    /// <summary>A reload did not even become a snapshot: log, metric and readiness detail say so, the current configuration stays.</summary>
    public void ReportRejectedReload(string reason)
    {
        _snapshots.Reject(reason);
        _metrics.Reload(applied: false);
        ExtProcLog.Rejected(_log, Revision, reason);
    }

    /// <summary>
    /// Says NOT_SERVING, refuses new exchanges with 503 and lets running ones end, whose attempts still open streams; then closes connections with GOAWAY.
    /// </summary>
    /// <param name="limit">How long running exchanges get.</param>
    /// <param name="now">Cancelled to end them at once.</param>
    public async Task DrainAsync(TimeSpan limit, CancellationToken now)
    {
        SetHealth(false);
        await _engine.Drain.DrainAsync(limit, _options.Time, now);
        if (_service is not null) await _service.StopAsync(_engine.Drain.Expired);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await StopAsync(_service);
        if (_admin is not null) await StopAsync(_admin);
        if (_recorder is not null) await _recorder.DisposeAsync();
        if (_spans is not null) await _spans.DisposeAsync();
        _metrics.Dispose();
        _engine.Drain.Dispose();
    }

    /// <summary>Whether <see cref="ExtProcHostOptions.Listen"/> takes an address.</summary>
    public static bool IsAddress(string address) => GrpcListener.IsAddress(WithHost(address));

    private static string WithHost(string address) => address.StartsWith(':') ? "*" + address : address;

    private static async Task StopAsync(WebApplication application)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }

    private async Task StartServiceAsync(CancellationToken cancellationToken)
    {
        var builder = Builder();
        builder.WebHost.UseGrpcListener(WithHost(_options.Listen));
        builder.Services.AddRouting().AddTransportBlocks();
        _service = builder.Build();
        if (_options.Record is { } record) _recorder = FlightRecorder.Start(record with { Time = _options.Time }, _log);
        var handler = new ProcessHandler(_engine, _recorder, _options.Logs.CreateLogger<ProcessHandler>());
        _service.MapGrpcDuplex(ProcessHandler.Path, new InboundCodec(), new ProtobufCodec<ProcessingResponse>(), handler.HandleAsync, new GrpcServerOptions { MaxReceiveMessageBytes = _options.MaxReceiveMessageBytes });
        _health.Map(_service);
        SetHealth(_engine.IsConfigured);
        _service.MapGrpcUnimplemented();
        await _service.StartAsync(cancellationToken);
        var bound = _service.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Address = bound.Replace("http://unix:", "unix:", StringComparison.Ordinal).Replace("http://", "", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
        ExtProcLog.Listening(_log, Address, Revision);
    }

    private async Task StartAdminAsync(CancellationToken cancellationToken)
    {
        var builder = Builder();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenAnyIP(_options.AdminPort);
        });
        _admin = builder.Build();
        if (_options.Telemetry is { } telemetry) _admin.Run(new AdminEndpoints(telemetry.Prometheus, Readiness, _options.Time).HandleAsync);
        else _admin.Run(context => context.Response.WriteAsync(context.Request.Path == "/health" ? "OK\n" : "telemetry is off\n"));
        await _admin.StartAsync(cancellationToken);
        AdminPort = new Uri(_admin.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
    }

    private ReadinessReport Readiness()
    {
        var rejected = _snapshots.Rejected;
        return new ReadinessReport
        {
            Ready = _engine.IsConfigured && !_engine.Drain.IsDraining,
            Reason = _engine.Drain.IsDraining ? "draining" : _engine.IsConfigured ? null : "no configuration yet",
            Revision = _engine.IsConfigured ? Revision : null,
            LoadedAt = _engine.IsConfigured ? _snapshots.AppliedAt : null,
            LastRejected = rejected is null ? null : new ServiceDefaults.RejectedReload(rejected.At, null, [rejected.Reason]),
        };
    }

    private void SetHealth(bool serving)
    {
        _health.Set("", serving);
        _health.Set(ServiceName, serving);
    }

    private WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "aigw", EnvironmentName = "Production", Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerFactory>(new HostLoggers(_options.Logs));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }
}

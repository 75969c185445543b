using System.Globalization;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Endpoints;
using AiGateway.DataPlane.Errors;
using AiGateway.DataPlane.Exchanges;
using AiGateway.DataPlane.Telemetry;
using AiGateway.Gateway.External;
using AiGateway.Gateway.Forwarding;
using AiGateway.Gateway.Listeners;
using AiGateway.ServiceDefaults;
using AiGateway.ServiceDefaults.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using ReadinessReport = AiGateway.ServiceDefaults.ReadinessReport;

namespace AiGateway.Gateway;

/// <summary>The engine on Kestrel and YARP: listeners, admin port, live configuration. One per process, or one per test.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly GatewayHostOptions _options;
    private readonly ILogger<GatewayHost> _log;
    private readonly DrainState _drain = new();
    private readonly SnapshotHolder _snapshots;
    private readonly ListenerSockets _sockets;
    private readonly PoolConfigProvider _pools;
    private readonly PoolClientFactory _clients;
    private readonly AppliedSignal _applied = new();
    private readonly GatewayMetrics _metrics;
    private readonly TelemetryHeaders _headers;
    private readonly SpanQueue? _spans;
    private readonly SemaphoreSlim _applying = new(1, 1);
    private ProcessorChannels? _channels;
    private WebApplication? _gateway;
    private WebApplication? _admin;

    private GatewayHost(GatewayHostOptions options, GatewaySnapshot snapshot)
    {
        _options = options;
        _log = options.Logs.CreateLogger<GatewayHost>();
        _snapshots = new SnapshotHolder(RuntimeSnapshotCompiler.Compile(snapshot), options.Time);
        _sockets = new ListenerSockets(options);
        _pools = new PoolConfigProvider(snapshot, options.StreamIdleTimeout);
        _clients = new PoolClientFactory(_pools, options.Resolve);
        var environment = options.Environment;
        _headers = TelemetryHeaders.FromEnvironment(environment);
        _metrics = new GatewayMetrics(_headers.Metrics);
        if (options.Telemetry is not null)
        {
            _spans = SpanQueue.FromEnvironment(environment, _metrics, warning => GatewayLog.Setting(_log, warning), exception => GatewayLog.SpanFailed(_log, exception));
        }
    }

    /// <summary>Sockets as bound when the host started.</summary>
    public IReadOnlyList<BoundListener> Listeners { get; private set; } = [];

    /// <summary>Admin port as bound.</summary>
    public int AdminPort { get; private set; }

    /// <summary>Revision in force.</summary>
    public string Revision => _snapshots.Current.Revision;

    /// <summary>Exchanges and plain requests that are running now.</summary>
    public int ActiveExchanges => _drain.Running;

    /// <summary>Binds everything and serves.</summary>
    /// <param name="options">Process settings.</param>
    /// <param name="snapshot">First configuration.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">A port is taken; the message names it.</exception>
    /// <exception cref="FormatException">A setting or the snapshot cannot be used.</exception>
    public static async Task<GatewayHost> StartAsync(GatewayHostOptions options, GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        var host = new GatewayHost(options, snapshot);
        try
        {
            host._admin = await host.StartAdminAsync(cancellationToken);
            host._gateway = await host.StartGatewayAsync(snapshot, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts a new configuration into force without closing anything that runs.</summary>
    /// <exception cref="FormatException">The snapshot cannot be used; the current one stays, and log, metric and readiness say so.</exception>
    /// <exception cref="IOException">A new listener's port is taken; likewise.</exception>
    public async Task ApplyAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken = default)
    {
        await _applying.WaitAsync(cancellationToken);
        try
        {
            var runtime = RuntimeSnapshotCompiler.Compile(snapshot);
            _sockets.Check(snapshot.Listeners);
            await ApplyPoolsAsync(snapshot, cancellationToken); // pools first: a route must not name one that YARP does not know yet
            _sockets.Apply(snapshot.Listeners);
            _snapshots.Apply(runtime);
            _metrics.Reload(applied: true);
            GatewayLog.Applied(_log, snapshot.Revision);
        }
        catch (Exception exception) when (exception is FormatException or IOException or System.Security.Cryptography.CryptographicException)
        {
            ReportRejectedReload(exception.Message);
            throw;
        }
        finally
        {
            _applying.Release();
        }
    }

    private async Task ApplyPoolsAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        var applied = _applied.Next();
        _pools.Update(snapshot);
        try
        {
            await applied.WaitAsync(cancellationToken);
        }
        catch (FormatException)
        {
            _pools.Update(_snapshots.Current.Source); // what YARP refused must not stay announced
            throw;
        }
    }

    /// <summary>A reload did not even become a snapshot: log, metric and readiness detail say so, the current configuration stays.</summary>
    public void ReportRejectedReload(string reason)
    {
        _snapshots.Reject(reason);
        _metrics.Reload(applied: false);
        GatewayLog.Rejected(_log, Revision, reason);
    }

    /// <summary>Refuses new requests (503) and waits for running ones.</summary>
    /// <param name="limit">How long running exchanges get before they are ended.</param>
    /// <param name="now">Cancelled to end them at once.</param>
    public Task DrainAsync(TimeSpan limit, CancellationToken now) => _drain.DrainAsync(limit, _options.Time, now);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await StopAsync(_gateway);
        if (_channels is not null) await _channels.DisposeAsync();
        _clients.Dispose();
        if (_admin is not null) await StopAsync(_admin);
        if (_spans is not null) await _spans.DisposeAsync();
        _metrics.Dispose();
        _drain.Dispose();
        _applying.Dispose();
    }

    private static async Task StopAsync(WebApplication application)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }

    private async Task<WebApplication> StartGatewayAsync(GatewaySnapshot snapshot, CancellationToken cancellationToken)
    {
        var builder = Builder();
        builder.WebHost.UseKestrelHttpsConfiguration(); // the slim builder leaves it out, and TLS listeners could not start
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.RequestHeadersTimeout = _options.RequestHeadTimeout;
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1; // a provider's header bytes pass unchanged
            kestrel.Limits.MaxRequestBodySize = null; // the listener's limit is checked while reading, so that the answer is in the client's dialect
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1024;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 2 * 1024 * 1024;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            _sockets.Configure(kestrel);
        });
        // Nothing in the pipeline blocks, so a completed read may run it on the thread-pool thread it completed on; docs/performance.md has the gain.
        // A connection that waits keeps its read buffer, which saves an empty read of every request.
        builder.WebHost.UseSockets(sockets => (sockets.UnsafePreferInlineScheduling, sockets.WaitForDataBeforeAllocatingBuffer) = (true, false));
        builder.Services.AddTransportBlocks();
        builder.Services.AddSingleton<IProxyConfigProvider>(_pools);
        builder.Services.AddSingleton<IForwarderHttpClientFactory>(_clients);
        builder.Services.AddSingleton<IConfigChangeListener>(_applied);
        builder.Services.AddReverseProxy();
        builder.Services.AddRequestTimeouts();
        WithoutKeyRing(builder.Services);
        _sockets.Apply(snapshot.Listeners);
        var application = builder.Build();
        Map(application);
        await application.StartAsync(cancellationToken);
        Listeners = _sockets.Bound(snapshot.Listeners);
        return application;
    }

    private void Map(WebApplication application)
    {
        var endpoints = new EndpointCatalog(_options.Prefixes);
        var services = application.Services;
        var tracing = new ExchangeTracing(_options.Telemetry is null ? null : new TracePropagation(_options.Telemetry.Propagator), _spans, _headers.Spans);
        ICompletionSink[] sinks = _options.Telemetry is { AccessLog.IsEnabled: true } telemetry
            ? [new AccessLogSink(telemetry.AccessLog, _headers.Logs), .. _options.Sinks]
            : [.. _options.Sinks];
        var sender = ActivatorUtilities.CreateInstance<UpstreamSender>(services, tracing);
        _channels = new ProcessorChannels(sender, _options);
        var exchanges = new ExchangeHandler(_snapshots, _sockets, sender, new Completion(_metrics, sinks), _metrics, tracing, _drain, _channels, _options, _options.Logs.CreateLogger<ExchangeHandler>());
        var catalogue = new CatalogueHandler(_snapshots, _sockets, _options);
        application.Use(new FramingGuard(endpoints, _options.Time).InvokeAsync);
        if (_options.Processing.Mode == EngineMode.External) MapExternal(application, endpoints, sender);
        application.Use(next => context =>
        {
            var path = context.Request.Path.Value ?? "/";
            if (endpoints.Find(path) is { } endpoint) return endpoint.Catalogue ? catalogue.HandleAsync(context, endpoint, null) : exchanges.HandleAsync(context, endpoint);
            return endpoints.TryFindModel(path, out var list, out var id) ? catalogue.HandleAsync(context, list!, id) : next(context);
        });
        application.Use(new PlainRequests(_drain, endpoints, _options.Time, _options.Logs.CreateLogger<PlainRequests>()).InvokeAsync);
        application.Use(new ListenerScope(_snapshots, _sockets).InvokeAsync);
        application.UseRouting();
        application.UseRequestTimeouts(); // YARP refuses to serve a route with a deadline that nobody keeps
        application.MapReverseProxy(proxy =>
        {
            proxy.Use(ActivatorUtilities.CreateInstance<WeightedPools>(services).InvokeAsync);
            proxy.Use(StreamIdleLimit.InvokeAsync);
        });
        application.MapFallback(async context =>
        {
            var path = context.Request.Path.Value ?? "/";
            var requestId = RequestIds.For(context.Request.Headers["x-request-id"], ExchangeId.Create(_options.Time));
            await ErrorResponses.WriteAsync(context, endpoints.Guess(path), GatewayError.UnknownPath, $"unsupported path: {path}", null, requestId);
        });
    }

    /// <summary>AI paths go to the engine's ext_proc service; what is not one goes on to the plain routes.</summary>
    private void MapExternal(WebApplication application, EndpointCatalog endpoints, UpstreamSender sender)
    {
        var attempts = new AttemptSender(sender, _channels!, _options, _options.Logs.CreateLogger<AttemptSender>());
        var completion = new ExternalCompletion(new ExternalAccessLog(_options.Telemetry?.AccessLog, _headers.Logs), _options.Sinks);
        var exchanges = new ExternalExchangeHandler(_snapshots, _sockets, _channels!, attempts, completion, _drain, _options, _options.Logs.CreateLogger<ExternalExchangeHandler>());
        application.Use(next => context =>
        {
            var path = context.Request.Path.Value ?? "/";
            if (endpoints.Find(path) is { } endpoint) return exchanges.HandleAsync(context, endpoint);
            return endpoints.TryFindModel(path, out var list, out _) ? exchanges.HandleAsync(context, list!) : next(context);
        });
    }

    private async Task<WebApplication> StartAdminAsync(CancellationToken cancellationToken)
    {
        var builder = Builder();
        var sockets = new ListenerSockets(new GatewayHostOptions { Logs = _options.Logs, DefaultAddresses = _options.DefaultAddresses });
        var spec = new ListenerSpec { Name = "admin", Port = _options.AdminPort };
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            sockets.Configure(kestrel);
        });
        sockets.Apply([spec]);
        var application = builder.Build();
        if (_options.Telemetry is { } telemetry)
        {
            application.Run(new AdminEndpoints(telemetry.Prometheus, Readiness, _options.Time).HandleAsync);
        }
        else
        {
            application.Run(context => context.Response.WriteAsync(context.Request.Path == "/health" ? "OK\n" : "telemetry is off\n"));
        }

        await application.StartAsync(cancellationToken);
        AdminPort = sockets.Bound([spec])[0].Port;
        return application;
    }

    /// <summary>YARP brings data protection for affinity cookies, which would load keys from the home directory at every start. Keys of this process are enough.</summary>
    private static void WithoutKeyRing(IServiceCollection services)
    {
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        foreach (var loader in services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToArray()) services.Remove(loader);
    }

    private ReadinessReport Readiness()
    {
        var rejected = _snapshots.Rejected;
        return new ReadinessReport
        {
            Ready = _gateway is not null && !_drain.IsDraining,
            Reason = _gateway is null ? "starting" : _drain.IsDraining ? "draining" : null,
            Revision = Revision,
            LoadedAt = _snapshots.AppliedAt,
            LastRejected = rejected is null ? null : new ServiceDefaults.RejectedReload(rejected.At, null, [rejected.Reason]),
        };
    }

    private WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "aigw", EnvironmentName = "Production", Args = [] });
        builder.WebHost.UseUrls(); // listeners come from the snapshot alone
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerFactory>(new HostLoggers(_options.Logs));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<Microsoft.Extensions.Hosting.IHostLifetime, NoLifetime>();
        return builder;
    }
}

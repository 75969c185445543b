using AiGateway.ControlPlane;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.FilterConfig;
using AiGateway.ControlPlane.Findings;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc;
using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Hosting;

/// <summary>
/// Control plane and ext_proc service in one process: loads and compiles the configuration, serves Envoy, applies changes, drains at the end. Manifests must
/// be right at the start; a filter configuration, which another program writes, may be missing or wrong until it is not.
/// </summary>
internal sealed class ExtProcService(CliEnvironment environment, ExtProcSettings settings)
{
    /// <summary>What the peer's processor prints; scripts wait for it.</summary>
    private const string Ready = "AI Gateway External Processor is ready";

    private bool _ready;

    private string ConfigPath => settings.FilterConfig?.Path ?? string.Join(' ', settings.Paths);

    /// <summary>Serves until a signal or <paramref name="cancellationToken"/> asks to end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new ShutdownSignals(cancellationToken);
        TelemetryOptions telemetryOptions;
        try
        {
            telemetryOptions = TelemetryOptions.FromEnvironment(settings.Variable, new TelemetryDefaults { ServiceVersion = Product.Version });
        }
        catch (TelemetryOptionsException exception)
        {
            foreach (var error in exception.Errors) Say(error);
            return 1;
        }

        using var logs = ServiceLog.CreateFactory(settings.Log, environment.Log, environment.Time);
        using var session = Session();
        try
        {
            return await ServeAsync(session, telemetryOptions, logs, signals);
        }
        catch (OperationCanceledException) when (signals.Requested.IsCancellationRequested)
        {
            return 0; // asked to end before it was ready
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            Say(exception.Message);
            return 1;
        }
    }

    private IConfigurationSession Session() => settings.FilterConfig is { } filterConfig
        ? new FilterConfigSession(filterConfig)
        : new ConfigurationSession(new ConfigurationSessionOptions { Paths = settings.Paths, Environment = settings.Variable, StandardInput = environment.Input, Time = environment.Time });

    private async Task<int> ServeAsync(IConfigurationSession session, TelemetryOptions telemetryOptions, ILoggerFactory logs, ShutdownSignals signals)
    {
        var log = logs.CreateLogger<ExtProcService>();
        ExtProcServiceLog.Starting(log, Product.Version, settings.Listen, ConfigPath);
        ExtProcServiceLog.Watching(log, ConfigPath);
        var first = await session.LoadAsync(signals.Requested);
        if (first is null) ExtProcServiceLog.Waiting(log, ConfigPath);
        else FindingWriter.Write(first.Findings, FindingFormat.Text, environment.Error);
        if (settings.FilterConfig is null && first is null or { HasErrors: true })
        {
            Say("the configuration has errors; nothing was started.");
            return 1;
        }

        await using var telemetry = TelemetryPipeline.Start(telemetryOptions, new TelemetrySources([GatewayActivities.SourceName], [GatewayMetrics.MeterName]), logs, time: environment.Time);
        await using var host = await ExtProcHost.StartAsync(Options(telemetry, logs), first is { HasErrors: false } ? first.Snapshot : null, signals.Requested);
        ExtProcServiceLog.StartingAdmin(log, host.AdminPort);
        Say($"ext_proc listens on {host.Address}; admin on http://localhost:{host.AdminPort} (/metrics, /ready)");
        if (first is { HasErrors: true }) host.ReportRejectedReload(Errors(first));
        else if (first is not null)
        {
            ExtProcServiceLog.Loading(log, first.Snapshot.Revision);
            SayReady();
        }

        await FollowAsync(session, host, log, signals.Requested);
        await host.DrainAsync(settings.DrainTimeout, signals.Now);
        return 0;
    }

    private ExtProcHostOptions Options(TelemetryPipeline telemetry, ILoggerFactory logs) => new()
    {
        Listen = settings.Listen,
        AdminPort = settings.AdminPort,
        MaxReceiveMessageBytes = settings.MaxMessageBytes,
        Prefixes = settings.Prefixes,
        Telemetry = telemetry,
        Logs = logs,
        Environment = settings.Variable,
        Record = settings.Record,
        Time = environment.Time,
    };

    private async Task FollowAsync(IConfigurationSession session, ExtProcHost host, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var changed in session.Changes(cancellationToken))
            {
                FindingWriter.Write(changed.Findings, FindingFormat.Text, environment.Error);
                if (changed.HasErrors) host.ReportRejectedReload(Errors(changed));
                else Apply(changed, host, log);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private void Apply(CompilationResult changed, ExtProcHost host, ILogger log)
    {
        ExtProcServiceLog.Loading(log, changed.Snapshot.Revision);
        try
        {
            host.Apply(changed.Snapshot);
            Say($"configuration reloaded, now {changed.Snapshot.Revision}");
            SayReady();
        }
        catch (FormatException exception)
        {
            Say($"configuration not applied: {exception.Message}"); // the host has logged it and keeps the old one
        }
    }

    private static string Errors(CompilationResult result) =>
        string.Join("; ", result.Findings.Where(static finding => finding.Severity == FindingSeverity.Error).Select(FindingWriter.ToText));

    private void SayReady()
    {
        if (!_ready) Say(Ready);
        _ready = true;
    }

    private void Say(string line) => environment.Error.WriteLine(line);
}

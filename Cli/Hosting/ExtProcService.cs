using AiGateway.ControlPlane;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;
using AiGateway.DataPlane.Telemetry;
using AiGateway.ExtProc;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Hosting;

/// <summary>Control plane and ext_proc service in one process: loads and compiles manifests, serves Envoy, applies changes, drains at the end.</summary>
internal sealed class ExtProcService(CliEnvironment environment)
{
    public required IReadOnlyList<string> Paths { get; init; }

    public required string Listen { get; init; }

    public required int AdminPort { get; init; }

    public required int MaxMessageBytes { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    public bool Debug { get; init; }

    /// <summary>Which streams are recorded; null records none.</summary>
    public RecorderOptions? Record { get; init; }

    /// <summary>Serves until a signal or <paramref name="cancellationToken"/> asks to end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new ShutdownSignals(cancellationToken);
        TelemetryOptions telemetryOptions;
        try
        {
            telemetryOptions = TelemetryOptions.FromEnvironment(environment.Variable, new TelemetryDefaults { ServiceVersion = Product.Version });
        }
        catch (TelemetryOptionsException exception)
        {
            foreach (var error in exception.Errors) Say(error);
            return 1;
        }

        using var logs = ServiceLog.CreateFactory(new ServiceLogOptions(Debug ? LogLevel.Debug : LogLevel.Warning, Json: true), environment.Log, environment.Time);
        using var session = new ConfigurationSession(new ConfigurationSessionOptions { Paths = Paths, Environment = environment.Variable, StandardInput = environment.Input, Time = environment.Time });
        try
        {
            var configuration = await session.LoadAsync(signals.Requested);
            FindingWriter.Write(configuration.Findings, FindingFormat.Text, environment.Error);
            if (configuration.HasErrors)
            {
                Say("the configuration has errors; nothing was started.");
                return 1;
            }

            await using var telemetry = TelemetryPipeline.Start(telemetryOptions, new TelemetrySources([GatewayActivities.SourceName], [GatewayMetrics.MeterName]), logs, time: environment.Time);
            var options = new ExtProcHostOptions
            {
                Listen = Listen,
                AdminPort = AdminPort,
                MaxReceiveMessageBytes = MaxMessageBytes,
                Telemetry = telemetry,
                Logs = logs,
                Environment = environment.Variable,
                Record = Record,
                Time = environment.Time,
            };
            await using var host = await ExtProcHost.StartAsync(options, configuration.Snapshot, signals.Requested);
            Say($"ext_proc listens on {host.Address}; admin on http://localhost:{host.AdminPort} (/metrics, /ready)");
            await FollowAsync(session, host, signals.Requested);
            await host.DrainAsync(DrainTimeout, signals.Now);
            return 0;
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

    private async Task FollowAsync(ConfigurationSession session, ExtProcHost host, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var changed in session.Changes(cancellationToken))
            {
                FindingWriter.Write(changed.Findings, FindingFormat.Text, environment.Error);
                Apply(changed, host);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private void Apply(CompilationResult changed, ExtProcHost host)
    {
        if (changed.HasErrors)
        {
            host.ReportRejectedReload(string.Join("; ", changed.Findings.Where(static finding => finding.Severity == FindingSeverity.Error).Select(FindingWriter.ToText)));
            return;
        }

        try
        {
            host.Apply(changed.Snapshot);
            Say($"configuration reloaded, now {changed.Snapshot.Revision}");
        }
        catch (FormatException exception)
        {
            Say($"configuration not applied: {exception.Message}"); // the host has logged it and keeps the old one
        }
    }

    private void Say(string line) => environment.Error.WriteLine(line);
}

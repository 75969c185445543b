using AiGateway.Cli.Commands;
using AiGateway.Cli.Demo;
using AiGateway.ControlPlane;
using AiGateway.ControlPlane.Compilation;
using AiGateway.ControlPlane.Findings;
using AiGateway.DataPlane.Telemetry;
using AiGateway.Gateway;
using AiGateway.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace AiGateway.Cli.Hosting;

/// <summary>
/// Both planes in one process: loads and compiles the configuration, starts telemetry, demo provider and gateway, applies changes while it runs and
/// drains at the end. The only place that knows both planes.
/// </summary>
internal sealed class StandaloneHost(RunOptions options, CliPaths paths, CliEnvironment environment)
{
    private const int Failed = 1;

    /// <summary>Serves until a signal or <paramref name="cancellationToken"/> asks to end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var signals = new ShutdownSignals(cancellationToken);
        if (McpCheck.Problem(options) is { } mcpProblem)
            return Fail(mcpProblem);
        foreach (var flag in options.NotYet)
            Say($"{flag} has no effect yet.");
        if (!ConfigurationPlan.TryMake(options, paths, environment, out var plan, out var problem))
            return Fail(problem);
        foreach (var note in plan.Notes)
            Say(note);

        try
        {
            var directory = RunDirectory.Create(paths, options.RunId, environment.Time);
            await using var log = directory.OpenLog();
            using var logs = RunLogs.Create(log, environment.Log, options.Debug, options.JsonLogs, environment.Time);
            return await RunAsync(plan, directory, logs, signals);
        }
        catch (RunDirectoryException exception)
        {
            return Fail(exception.Message);
        }
        catch (OperationCanceledException) when (signals.Requested.IsCancellationRequested)
        {
            // Asked to end before it was ready.
            return 0;
        }
    }

    private async Task<int> RunAsync(ConfigurationPlan plan, RunDirectory directory, ILoggerFactory logs, ShutdownSignals signals)
    {
        if (!TryReadTelemetry(out var telemetryOptions))
            return Failed;
        await using var demo = plan.Demo ? await DemoProvider.StartAsync(environment.Time, logs, signals.Requested) : null;
        var manifests = await ManifestSet.PrepareAsync(plan, demo, directory, environment, signals.Requested);
        using var session = new ConfigurationSession(new ConfigurationSessionOptions
        {
            Paths = manifests.Paths,
            Environment = manifests.Variable,
            StandardInput = manifests.StandardInput is { } text ? new StringReader(text) : null,
            Time = environment.Time,
        });
        var configuration = await session.LoadAsync(signals.Requested);
        FindingWriter.Write(configuration.Findings, FindingFormat.Text, environment.Error);
        if (configuration.HasErrors)
            return Fail("the configuration has errors; nothing was started.");
        if (options.Port is not null && configuration.Snapshot.Listeners.Select(static listener => listener.Port).Distinct().Order().ToList() is { Count: > 1 } ports)
            return Fail($"--port overrides the port of the only listener, but the configuration has the ports {string.Join(", ", ports)}; change them in the Gateway.");
        directory.WriteCompiled(configuration);

        await using var telemetry = TelemetryPipeline.Start(telemetryOptions, new TelemetrySources([GatewayActivities.SourceName], [GatewayMetrics.MeterName]), logs, time: environment.Time);
        await using var lines = environment.ErrorIsTerminal && !options.JsonLogs ? new RequestLines(environment) : null;
        if (await StartGatewayAsync(configuration, telemetry, lines, logs, signals.Requested) is not { } host)
            return Failed;
        await using (host)
        {
            foreach (var line in new Banner(plan, configuration.Snapshot, host.Listeners, host.AdminPort, telemetryOptions).Lines(environment.Time.GetUtcNow() - environment.StartedAt))
                Say(line);
            await FollowAsync(session, host, directory, signals.Requested);
            if (host.ActiveExchanges > 0)
                Say($"ending: {DemoText.Counted(host.ActiveExchanges, "running request")} may go on for {options.DrainTimeout.TotalSeconds:0.#} s; Ctrl-C again ends at once");
            await host.DrainAsync(options.DrainTimeout, signals.Now);
        }

        return 0;
    }

    private async Task<GatewayHost?> StartGatewayAsync(CompilationResult configuration, TelemetryPipeline telemetry, RequestLines? lines, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        if (!TryReadProcessing(out var processing))
            return null;
        var hostOptions = new GatewayHostOptions
        {
            Processing = processing,
            AdminPort = options.AdminPort,
            PortOverride = options.Port,
            Resolve = options.Resolve,
            Logs = logs,
            Telemetry = telemetry,
            Environment = environment.Variable,
            Sinks = lines is null ? [] : [lines],
            Time = environment.Time,
        };
        try
        {
            return await GatewayHost.StartAsync(hostOptions, configuration.Snapshot, cancellationToken);
        }
        catch (IOException exception)
        {
            Fail(PortCheck.Problem(options, configuration.Snapshot) ?? exception.Message);
        }
        catch (FormatException exception)
        {
            Fail(exception.Message);
        }

        return null;
    }

    /// <summary>Applies every change of the configuration until the gateway is asked to end. What is wrong is reported; the last good one keeps serving.</summary>
    private async Task FollowAsync(ConfigurationSession session, GatewayHost host, RunDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var changed in session.Changes(cancellationToken))
            {
                FindingWriter.Write(changed.Findings, FindingFormat.Text, environment.Error);
                if (changed.HasErrors)
                    host.ReportRejectedReload(string.Join("; ", changed.Findings.Where(static finding => finding.Severity == FindingSeverity.Error).Select(FindingWriter.ToText)));
                else
                    await ApplyAsync(changed, host, directory, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private async Task ApplyAsync(CompilationResult changed, GatewayHost host, RunDirectory directory, CancellationToken cancellationToken)
    {
        try
        {
            await host.ApplyAsync(changed.Snapshot, cancellationToken);
            Say($"configuration reloaded, now {changed.Snapshot.Revision}");
            directory.WriteCompiled(changed);
        }
        catch (RunDirectoryException exception)
        {
            // In force all the same; only the copy for people is missing.
            Say(exception.Message);
        }
        catch (Exception exception) when (exception is FormatException or IOException or System.Security.Cryptography.CryptographicException)
        {
            // The host has logged it and keeps the old one; the next change may be better.
            Say($"configuration not applied: {exception.Message}");
        }
    }

    private bool TryReadProcessing(out ProcessingOptions processing)
    {
        processing = new ProcessingOptions();
        try
        {
            processing = ProcessingOptions.FromEnvironment(environment.Variable);
            return true;
        }
        catch (FormatException exception)
        {
            Say(exception.Message);
            return false;
        }
    }

    private bool TryReadTelemetry(out TelemetryOptions telemetry)
    {
        try
        {
            telemetry = TelemetryOptions.FromEnvironment(environment.Variable, new TelemetryDefaults { ServiceVersion = Product.Version });

            // A person gets readable request lines instead, unless the variable asks for these.
            if (environment.ErrorIsTerminal && !options.JsonLogs && string.IsNullOrWhiteSpace(environment.Variable("OTEL_LOGS_EXPORTER")))
                telemetry = telemetry with { Logs = telemetry.Logs & ~SignalExporters.Console };
            return true;
        }
        catch (TelemetryOptionsException exception)
        {
            telemetry = new TelemetryOptions();
            foreach (var error in exception.Errors)
                Say(error);
            return false;
        }
    }

    private int Fail(string message)
    {
        Say(message);
        return Failed;
    }

    private void Say(string line) => environment.Error.WriteLine(line);
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace AiGateway.ServiceDefaults.Tests.Support;

/// <summary>A real OpenTelemetry Collector that writes what it accepts to files before it answers, so that a flushed pipeline can be checked at once.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _rest;
    private readonly string _folder;

    private Collector(Process process, string folder, int grpcPort, int httpPort)
    {
        _process = process;
        // Nobody looks at the rest, but a full pipe would stop the process.
        _rest = process.StandardError.ReadToEndAsync();
        _folder = folder;
        Grpc = $"http://127.0.0.1:{grpcPort}";
        Http = $"http://127.0.0.1:{httpPort}";
    }

    public string Grpc { get; }

    public string Http { get; }

    public const string BearerToken =
        "yaml:{extensions: {bearertokenauth: {tokens: [collector-secret]}}, receivers: {otlp: {protocols: {grpc: {auth: {authenticator: bearertokenauth}}, "
        + "http: {auth: {authenticator: bearertokenauth}}}}}, service: {extensions: [health_check, bearertokenauth]}}";

    public static async Task<Collector> StartAsync(params string[] configurations)
    {
        var program = SharedTools.Require("otelcol/run");
        var example = SharedTools.Require("otelcol/example.yaml");
        for (var attempt = 1; ; attempt++)
        {
            var folder = Directory.CreateTempSubdirectory("otelcol-").FullName;
            var ports = FreePorts(4);
            var start = new ProcessStartInfo(program) { RedirectStandardError = true };
            foreach (var configuration in (string[])[example, .. configurations])
            {
                start.ArgumentList.Add("--config");
                start.ArgumentList.Add(configuration);
            }

            start.Environment["OTELCOL_GRPC_PORT"] = $"{ports[0]}";
            start.Environment["OTELCOL_HTTP_PORT"] = $"{ports[1]}";
            start.Environment["OTELCOL_PROMETHEUS_PORT"] = $"{ports[2]}";
            start.Environment["OTELCOL_HEALTH_PORT"] = $"{ports[3]}";
            start.Environment["OTELCOL_DIR"] = folder;
            var process = Process.Start(start)!;
            var (ready, output) = await ReadyAsync(process);
            if (ready) return new Collector(process, folder, ports[0], ports[1]);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            Directory.Delete(folder, recursive: true);
            // Another process may have taken a port between asking for it and using it.
            if (attempt == 5 || !output.Contains("address already in use", StringComparison.Ordinal)) throw new InvalidOperationException(output);
        }
    }

    /// <summary>All items of a signal at the given path of arrays, in order of arrival.</summary>
    public List<JsonElement> Read(string signal, params ReadOnlySpan<string> path)
    {
        var file = Path.Combine(_folder, $"{signal}.jsonl");
        var items = File.Exists(file) ? File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement).ToList() : [];
        foreach (var member in path)
            items = [.. items.SelectMany(item => item.TryGetProperty(member, out var list) ? list.EnumerateArray() : default)];
        return items;
    }

    public List<JsonElement> Spans() => Read("traces", "resourceSpans", "scopeSpans", "spans");

    public List<JsonElement> Metrics() => Read("metrics", "resourceMetrics", "scopeMetrics", "metrics");

    public List<JsonElement> LogRecords() => Read("logs", "resourceLogs", "scopeLogs", "logRecords");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _rest;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Stop();
        return ports;
    }

    private static async Task<(bool Ready, string Output)> ReadyAsync(Process process)
    {
        var output = "";
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            output += line + "\n";
            if (!line.Contains("Everything is ready", StringComparison.Ordinal)) continue;
            return (true, output);
        }

        return (false, output);
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>A real OpenTelemetry Collector on free ports. What it accepted is in its files before it answers.</summary>
internal sealed class OtelCollector : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly ChildProcess _process;
    private readonly ConcurrentDictionary<string, JsonLines> _signals = new();

    private OtelCollector(TempFolder folder, ChildProcess process, int http, int grpc)
    {
        _folder = folder;
        _process = process;
        Http = new Uri($"http://127.0.0.1:{http}");
        Grpc = new Uri($"http://127.0.0.1:{grpc}");
    }

    /// <summary>OTLP over HTTP.</summary>
    public Uri Http { get; }

    /// <summary>OTLP over gRPC.</summary>
    public Uri Grpc { get; }

    /// <param name="run">From <see cref="RealParts.Shared"/>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="changes">YAML merged over the usual configuration.</param>
    public static async Task<OtelCollector> StartAsync(string run, CancellationToken cancellationToken, params string[] changes)
    {
        var folder = TempFolder.Create();
        var (http, grpc, health, prometheus) = (FreePort.Find(), FreePort.Find(), FreePort.Find(), FreePort.Find());
        var environment = new Dictionary<string, string?>
        {
            ["OTELCOL_HTTP_PORT"] = Port(http),
            ["OTELCOL_GRPC_PORT"] = Port(grpc),
            ["OTELCOL_HEALTH_PORT"] = Port(health),
            ["OTELCOL_PROMETHEUS_PORT"] = Port(prometheus),
            ["OTELCOL_DIR"] = folder.Path,
        };
        string[] arguments = ["--config", Path.Combine(Path.GetDirectoryName(run)!, "example.yaml"), .. changes.SelectMany(change => (string[])["--config", $"yaml:{change}"])];
        var process = ChildProcess.Start(run, arguments, environment, folder.Path);
        var collector = new OtelCollector(folder, process, http, grpc);
        try
        {
            await process.AnswersAsync(new Uri($"http://127.0.0.1:{health}/"), cancellationToken);
            return collector;
        }
        catch
        {
            await collector.DisposeAsync();
            throw;
        }
    }

    /// <summary>The requests of one signal that it took, as OTLP JSON: <c>traces</c>, <c>metrics</c> or <c>logs</c>.</summary>
    public IReadOnlyList<JsonElement> Requests(string signal) => _signals.GetOrAdd(signal, name => new JsonLines(_folder.File($"{name}.jsonl"))).Read();

    /// <summary>The spans it took.</summary>
    public IEnumerable<JsonElement> Spans() => Requests("traces")
        .SelectMany(request => request.GetProperty("resourceSpans").EnumerateArray())
        .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray())
        .SelectMany(scope => scope.GetProperty("spans").EnumerateArray());

    /// <summary>The spans of one request, once they are there.</summary>
    public Task<IReadOnlyList<JsonElement>> SpansOfAsync(string requestId, CancellationToken cancellationToken) =>
        Eventually.GetAsync(
            () => (IReadOnlyList<JsonElement>)[.. Spans().Where(span => Otlp.Attribute(span, "aigateway.request_id") == requestId)] is { Count: > 0 } found ? found : null,
            () => $"the span of request {requestId} at the collector", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);
}

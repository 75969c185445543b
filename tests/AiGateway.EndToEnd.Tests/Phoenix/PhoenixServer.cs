using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Phoenix;

/// <summary>A real Arize Phoenix on free ports with a database of its own.</summary>
internal sealed class PhoenixServer : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly ChildProcess _process;
    private readonly HttpClient _client;

    private PhoenixServer(TempFolder folder, ChildProcess process, int port)
    {
        _folder = folder;
        _process = process;
        Endpoint = new Uri($"http://127.0.0.1:{port}");
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Endpoint, Timeout = TestDeadline.Default };
    }

    /// <summary>API and OTLP over HTTP.</summary>
    public Uri Endpoint { get; }

    public static async Task<PhoenixServer> StartAsync(string run, CancellationToken cancellationToken)
    {
        var folder = TempFolder.Create();
        var (port, grpc) = (FreePort.Find(), FreePort.Find());
        var environment = new Dictionary<string, string?>
        {
            ["PHOENIX_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["PHOENIX_GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture),
            ["PHOENIX_WORKING_DIR"] = folder.Path,
        };
        var phoenix = new PhoenixServer(folder, ChildProcess.Start(run, [], environment, folder.Path), port);
        try
        {
            await phoenix._process.AnswersAsync(new Uri(phoenix.Endpoint, "readyz"), cancellationToken);
            return phoenix;
        }
        catch
        {
            await phoenix.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a project.</summary>
    public async Task CreateProjectAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await _client.PostAsJsonAsync("/v1/projects", new { name }, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Stores a span that did not come through the gateway: a caller's.</summary>
    public async Task AddSpanAsync(string project, string traceId, string spanId, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var span = new { name = "caller", context = new { trace_id = traceId, span_id = spanId }, span_kind = "CHAIN", start_time = now, end_time = now.AddSeconds(1), status_code = "OK", attributes = new { } };
        using var answer = await _client.PostAsJsonAsync($"/v1/projects/{project}/spans", new { data = new[] { span } }, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>The span of one request, once Phoenix has stored it.</summary>
    public Task<PhoenixSpan> SpanAsync(string project, string requestId, CancellationToken cancellationToken) => Eventually.GetAsync(
        async token => (await SpansAsync(project, token)).SingleOrDefault(span => span.Text("aigateway.request_id") == requestId),
        () => $"the span of request {requestId} in Phoenix", cancellationToken);

    /// <summary>A session, once it has that many traces.</summary>
    public Task<JsonDocument> SessionAsync(string project, string sessionId, int traces, CancellationToken cancellationToken) => Eventually.GetAsync(
        async token =>
        {
            var session = await GetAsync($"/v1/sessions/{sessionId}", token);
            return session is not null && session.RootElement.GetProperty("data").GetProperty("traces").GetArrayLength() == traces ? session : null;
        },
        () => $"{traces} traces of session {sessionId} of {project} in Phoenix", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<IReadOnlyList<PhoenixSpan>> SpansAsync(string project, CancellationToken cancellationToken)
    {
        // A project is there only after its first span.
        var answer = await GetAsync($"/v1/projects/{project}/spans?limit=1000", cancellationToken);
        return answer is null ? [] : [.. answer.RootElement.GetProperty("data").EnumerateArray().Select(span => new PhoenixSpan(span))];
    }

    // Unknown paths answer 200 with the page of the console, hence the look at the type.
    private async Task<JsonDocument?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _client.GetAsync(path, cancellationToken);
        return answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType == "application/json"
            ? await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken)
            : null;
    }
}

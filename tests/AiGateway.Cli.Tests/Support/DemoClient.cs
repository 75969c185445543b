using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.Cli.Demo;

namespace AiGateway.Cli.Tests.Support;

/// <summary>A running demo provider and a client that holds its key, as the gateway would.</summary>
internal sealed class DemoClient : IAsyncDisposable
{
    private readonly ErrorLog _log;

    private DemoClient(DemoProvider provider, ErrorLog log)
    {
        _log = log;
        Provider = provider;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{provider.Port}") };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", provider.Key.Reveal());
    }

    public DemoProvider Provider { get; }

    public HttpClient Http { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<DemoClient> StartAsync(TimeProvider? time = null)
    {
        var log = new ErrorLog();
        return new DemoClient(await DemoProvider.StartAsync(time ?? new InstantTime(), log, Cancellation), log);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);

    /// <summary>Posts and parses; the status must be <paramref name="status"/>.</summary>
    public async Task<JsonElement> JsonAsync(string path, string json, int status = 200)
    {
        using var response = await PostAsync(path, json);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)response.StatusCode, $"expected {status}, got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return Parse(text);
    }

    /// <summary>Posts and reads a whole event stream.</summary>
    public async Task<IReadOnlyList<SseEvent>> EventsAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return SseEvent.Parse(text);
    }

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Provider.DisposeAsync();
        Assert.True(_log.Errors.Count == 0, string.Join("\n", _log.Errors));
    }
}

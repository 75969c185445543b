using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Suite;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>A topology of its own for one test, with a provider that holds every answer until the test lets it go.</summary>
internal sealed class LoadedOrigin : IAsyncDisposable
{
    private readonly ConcurrentQueue<AnswerFeed> _feeds = new();
    private SyncPoint _gate = new();

    private LoadedOrigin(MockUpstream upstream, HttpClient client)
    {
        Upstream = upstream;
        Client = client;
        upstream.Answer(request => request.BodyText.Contains("\"stream\":true", StringComparison.Ordinal) ? Stream() : MockAnswer.Json(200, Samples.ChatAnswer).HeldAt(_gate));
    }

    public MockUpstream Upstream { get; }

    public IOrigin Origin { get; private set; } = null!;

    /// <summary>A client with as many connections as there are requests.</summary>
    public HttpClient Client { get; }

    /// <summary>Streams of the provider that wait for their next event.</summary>
    public IReadOnlyCollection<AnswerFeed> Feeds => _feeds;

    public static async Task<LoadedOrigin> StartAsync(Topology topology, CancellationToken cancellationToken)
    {
        var upstream = await MockUpstream.StartAsync();
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TestDeadline.Default };
        var loaded = new LoadedOrigin(upstream, client);
        try
        {
            var manifest = new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).Model("claude", "anthropic", "Anthropic", upstream.Port);
            loaded.Origin = await Origins.StartAsync(topology, manifest, environment: null, cancellationToken);
            return loaded;
        }
        catch
        {
            await loaded.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a chat and reads its answer.</summary>
    /// <returns>What the client got; status 0 when the connection was cut.</returns>
    public async Task<(int Status, string Body)> ChatAsync(CancellationToken cancellationToken, string path = Samples.ChatPath, string model = "m")
    {
        try
        {
            using var content = new StringContent(path == Samples.ChatPath ? Samples.Chat(model) : Samples.Messages(model), Encoding.UTF8, "application/json");
            using var response = await Client.PostAsync(new Uri(Origin.Endpoint, path), content, cancellationToken);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException)
        {
            return (0, "");
        }
    }

    /// <summary>Opens a stream and waits for its first event.</summary>
    public async Task<OpenStream> OpenStreamAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Origin.Endpoint, Samples.ChatPath)) { Content = new StringContent(Samples.Chat("m", stream: true), Encoding.UTF8, "application/json") };
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var stream = new OpenStream(response, reader);
        await stream.ReadFirstAsync(cancellationToken);
        return stream;
    }

    /// <summary>Lets every held chat go, now and from now on.</summary>
    public void Release() => _gate.Release();

    /// <summary>Holds chats that come from now on.</summary>
    public void Hold() => _gate = new SyncPoint();

    /// <summary>Ends every running stream with its usage.</summary>
    public void FinishStreams()
    {
        while (_feeds.TryDequeue(out var feed))
        {
            foreach (var sse in Samples.ChatEvents[1..]) feed.Send(sse);
            feed.Complete();
        }
    }

    /// <summary>Tokens of both kinds that the engine has counted since it started.</summary>
    public async Task<double> CountedTokensAsync(CancellationToken cancellationToken) => MetricsPage.Sum(await Origin.MetricsAsync(cancellationToken), "gen_ai_client_token_usage_sum", "gen_ai_token_type=");

    /// <summary>Waits until no exchange is open in the engine.</summary>
    public Task<object> NothingRunsAsync(CancellationToken cancellationToken) => Eventually.GetAsync<object>(
        async token => MetricsPage.Sum(await Origin.MetricsAsync(token), "aigateway_exchanges_active") == 0 ? true : null, () => "all exchanges to end", cancellationToken);

    /// <summary>Tokens that an answer states.</summary>
    public static int TokensOf(string body)
    {
        var usage = JsonElement.Parse(body).GetProperty("usage");
        return usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        Release();
        Client.Dispose();
        if (Origin is not null) await Origin.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private MockAnswer Stream()
    {
        var feed = new AnswerFeed();
        feed.Send(Samples.ChatEvents[0]);
        _feeds.Enqueue(feed);
        return MockAnswer.Sse(feed);
    }
}

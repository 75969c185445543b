using System.Diagnostics;
using AiGateway.EndToEnd.Tests.Envoy;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Suite;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>The process that holds the engine dies, or is asked to end, while requests run.</summary>
[Trait("Category", "Heavy")]
public sealed class ServiceKillTests
{
    private const int Streams = 50;
    private const int Chats = 50;

    public static TheoryData<Topology> WithService => [.. EachTopology.All.Where(Differences.ServiceCanBeAway.In)];

    [Theory]
    [MemberData(nameof(WithService))]
    public async Task Service_KilledUnderLoad_EveryClientIsAnsweredAndTheNextOneServesAtOnce(Topology topology)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await using var loaded = await LoadedOrigin.StartAsync(topology, deadline);
        var origin = (IServiceOrigin)loaded.Origin;
        loaded.Release();
        var seen = (double)LoadedOrigin.TokensOf((await loaded.ChatAsync(deadline)).Body);
        seen += await FinishedAsync(loaded, deadline);
        var finished = loaded.Upstream.Requests.Count;
        loaded.Hold();
        var chats = Enumerable.Range(0, Chats).Select(_ => loaded.ChatAsync(deadline)).ToList();
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => loaded.OpenStreamAsync(deadline)));
        await loaded.Upstream.WaitUntilAsync(upstream => upstream.Requests.Count == finished + Chats + Streams, deadline);
        var counted = await loaded.CountedTokensAsync(deadline);

        await origin.KillServiceAsync();

        // A defined answer or a cut connection, and soon: nobody hangs.
        var answers = await Task.WhenAll(chats).WaitAsync(TimeSpan.FromSeconds(20), deadline);
        Assert.All(answers, answer => Assert.True(answer.Status is 0 or 500 or 502 or 503, $"a held chat got {answer}"));
        var ends = await Task.WhenAll(streams.Select(stream => stream.ReadToEndAsync(deadline))).WaitAsync(TimeSpan.FromSeconds(20), deadline);
        foreach (var (stream, whole) in streams.Zip(ends))
        {
            Assert.DoesNotContain("[DONE]", stream.Text, StringComparison.Ordinal);
            if (Differences.BrokenStreamIsCut.In(topology)) Assert.False(whole, "a stream whose service died ended as if it were whole");
            stream.Dispose();
        }

        Assert.NotEqual(200, (await loaded.ChatAsync(deadline)).Status); // fails closed
        Assert.Equal(finished + Chats + Streams, loaded.Upstream.Requests.Count);

        await origin.RestartServiceAsync(deadline);
        var ready = Stopwatch.GetTimestamp();
        loaded.Release();
        var probe = await Eventually.GetAsync(async token => await loaded.ChatAsync(token) is (200, var body) ? body : null, () => "a request to be served again", deadline);
        // Told, not asserted: the first request of a young process takes what the machine gives it.
        TestContext.Current.TestOutputHelper?.WriteLine($"{topology}: served again {Stopwatch.GetElapsedTime(ready).TotalMilliseconds:0} ms after the ready line");

        seen += LoadedOrigin.TokensOf(probe) + await FinishedAsync(loaded, deadline);
        await loaded.NothingRunsAsync(deadline);
        Assert.Equal(seen, counted + await loaded.CountedTokensAsync(deadline));
        await NoStreamIsLeftAsync(origin, deadline);
    }

    [Theory]
    [MemberData(nameof(WithService))]
    public async Task Service_AskedToEndUnderLoad_FinishesStreamsAndRefusesNewRequests(Topology topology)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await using var loaded = await LoadedOrigin.StartAsync(topology, deadline);
        var origin = (IServiceOrigin)loaded.Origin;
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => loaded.OpenStreamAsync(deadline)));
        var before = loaded.Upstream.Requests.Count;

        await origin.Service.Process.TerminateAsync(deadline);
        await Eventually.GetAsync<object>(
            async token =>
            {
                using var answer = await loaded.Client.GetAsync(new Uri(origin.Service.Admin, "ready"), token);
                return answer.IsSuccessStatusCode ? null : true;
            },
            () => "the service to drain", deadline);
        var (chat, message) = (await loaded.ChatAsync(deadline), await loaded.ChatAsync(deadline, Samples.MessagesPath, "claude"));
        loaded.FinishStreams();
        var ends = await Task.WhenAll(streams.Select(stream => stream.ReadToEndAsync(deadline)));

        Assert.All(ends, whole => Assert.True(whole, "a running stream was cut"));
        Assert.All(streams, stream => Assert.EndsWith("data: [DONE]\n\n", stream.Text, StringComparison.Ordinal));
        Assert.Equal((503, 503, before), (chat.Status, message.Status, loaded.Upstream.Requests.Count));
        Assert.StartsWith("{\"error\":{\"message\":\"the gateway is shutting down", chat.Body, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"draining\"", chat.Body, StringComparison.Ordinal);
        Assert.StartsWith("{\"type\":\"error\",", message.Body, StringComparison.Ordinal);
        Assert.Equal(0, await origin.Service.Process.WaitForExitAsync(deadline));
        foreach (var stream in streams) stream.Dispose();
    }

    // Chats and streams that clients see to their end, and the tokens that they state.
    private static async Task<double> FinishedAsync(LoadedOrigin loaded, CancellationToken cancellationToken)
    {
        loaded.Release();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => loaded.ChatAsync(cancellationToken)));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var streams = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => loaded.OpenStreamAsync(cancellationToken)));
        loaded.FinishStreams();
        foreach (var stream in streams)
        {
            Assert.True(await stream.ReadToEndAsync(cancellationToken));
            stream.Dispose();
        }

        await loaded.NothingRunsAsync(cancellationToken);
        return answers.Sum(answer => LoadedOrigin.TokensOf(answer.Body)) + (streams.Length * 13);
    }

    private static async Task NoStreamIsLeftAsync(IServiceOrigin origin, CancellationToken cancellationToken)
    {
        if (origin is not EnvoyOrigin { Envoy: var envoy }) return; // the gateway's own are the exchanges counted above
        await Eventually.GetAsync<object>(
            async token => await envoy.StatAsync("cluster.ai-gateway-extproc-uds.upstream_rq_active", token) == 0 ? true : null, () => "Envoy to close its streams to the service", cancellationToken);
    }
}

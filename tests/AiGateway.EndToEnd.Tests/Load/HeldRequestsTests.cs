using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Load;

/// <summary>More requests at once than the circuit breakers (1,024) and the streams per connection (100) that Envoy and Kestrel have by default.</summary>
[Trait("Category", "Heavy")]
public sealed class HeldRequestsTests
{
    private const int Requests = 1200;

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task ManyRequests_HeldAtTheSameTime_AreAllServed(Topology topology)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        await using var loaded = await LoadedOrigin.StartAsync(topology, deadline);

        var asked = Enumerable.Range(0, Requests).Select(_ => loaded.ChatAsync(deadline)).ToList();
        var failed = Task.WhenAny(asked); // while answers are held only a failure ends early
        var arrived = loaded.Upstream.WaitUntilAsync(upstream => upstream.Requests.Count == Requests, deadline);
        await Task.WhenAny(failed, arrived);
        Assert.True(arrived.IsCompletedSuccessfully, $"{loaded.Upstream.Requests.Count} requests arrived; the first that ended: {(failed.IsCompleted ? await await failed : default)}");
        Assert.Equal(Requests, MetricsPage.Sum(await loaded.Origin.MetricsAsync(deadline), "aigateway_exchanges_active"));
        loaded.Release();

        var answers = await Task.WhenAll(asked);
        Assert.All(answers, answer => Assert.Equal((200, Suite.Samples.ChatAnswer), answer));
        await loaded.NothingRunsAsync(deadline);
        Assert.Equal(Requests * 13, await loaded.CountedTokensAsync(deadline));
    }
}

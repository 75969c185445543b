using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Suite;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>The service goes away and comes back. Under load: <c>Load/ServiceKillTests</c>.</summary>
public sealed class ServiceOutageTests
{
    public static TheoryData<Topology> WithService => [.. EachTopology.All.Where(Differences.ServiceCanBeAway.In)];

    [Theory]
    [MemberData(nameof(WithService))]
    public async Task Service_KilledAndStartedAgain_RequestsFailClosedAndRecover(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var origin = await Origins.StartWithServiceAsync(topology, new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).ToString(), environment: null, deadline);
        Assert.Equal(200, await StatusAsync(origin, deadline));

        await origin.KillServiceAsync();
        Assert.InRange(await StatusAsync(origin, deadline), 500, 503);
        Assert.Single(upstream.Requests); // nothing passes unprocessed
        await origin.RestartServiceAsync(deadline);

        await Eventually.GetAsync<object>(async token => await StatusAsync(origin, token) == 200 ? true : null, () => "a request to be served again", deadline);
        Assert.All(upstream.Requests, request => Assert.Equal("Bearer " + GatewayManifest.KeyOf("openai"), request.Headers["authorization"]));
    }

    [Theory]
    [MemberData(nameof(WithService))]
    public async Task Service_WithANewerConfigurationThanItsProxy_SendsNoCredentialToAnotherPlace(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var before = await MockUpstream.StartAsync();
        await using var after = await MockUpstream.StartAsync();
        before.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var origin = await Origins.StartWithServiceAsync(topology, new GatewayManifest().Model("m", "openai", "OpenAI", before.Port).ToString(), environment: null, deadline);
        Assert.Equal(200, await StatusAsync(origin, deadline));

        await origin.KillServiceAsync();
        await origin.RestartServiceAsync(deadline, new GatewayManifest().Model("m", "openai", "OpenAI", after.Port).ToString());

        await Eventually.GetAsync<object>(async token => await StatusAsync(origin, token) == 502 ? true : null, () => "the error for a route that the proxy does not have", deadline);
        Assert.Single(before.Requests);
        Assert.Empty(after.Requests);
    }

    private static async Task<int> StatusAsync(IOrigin origin, CancellationToken cancellationToken)
    {
        using var content = new StringContent(Samples.Chat("m"), System.Text.Encoding.UTF8, "application/json");
        using var response = await origin.Client.PostAsync(Samples.ChatPath, content, cancellationToken);
        return (int)response.StatusCode;
    }
}

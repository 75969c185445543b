using System.Text;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>A request id is the caller's word: it must not be what holds the parts of a request together.</summary>
public sealed class SameRequestIdTests
{
    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Requests_AtOnceWithTheSameId_NeverMix(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(request => MockAnswer.Json(200, Samples.ChatAnswer.Replace("\"hi\"", JsonSerializer.Serialize(request.BodyText), StringComparison.Ordinal)));
        await using var origin = await Origins.StartAsync(topology, new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port), environment: null, deadline);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Samples.ChatPath) { Content = new StringContent($$"""{"model":"m","messages":[],"user":"number-{{number}}-"}""", Encoding.UTF8, "application/json") };
            request.Headers.Add("x-request-id", "always-the-same");
            using var response = await origin.Client.SendAsync(request, deadline);
            Assert.Contains($"number-{number}-", await response.Content.ReadAsStringAsync(deadline), StringComparison.Ordinal);
        }));
    }
}

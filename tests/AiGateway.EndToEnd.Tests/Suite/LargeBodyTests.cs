using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Large bodies, under the limit that holds when nothing is configured.</summary>
public sealed class LargeBodyTests
{
    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Bodies_Of16Megabytes_PassBothWays(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var text = new string('x', 16 * 1024 * 1024);
        var answer = Samples.ChatAnswer.Replace("\"hi\"", $"\"{text}\"", StringComparison.Ordinal);
        upstream.Answer(MockAnswer.Json(200, answer));
        await using var origin = await Origins.StartAsync(topology, new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port), environment: null, deadline);
        var body = Samples.Chat("m").Replace("\"hi\"", $"\"{text}\"", StringComparison.Ordinal);

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await origin.Client.PostAsync(Samples.ChatPath, content, deadline);

        Assert.Equal(200, (int)response.StatusCode);
        var received = await response.Content.ReadAsStringAsync(deadline);
        Assert.True(answer == received, "the answer arrived changed"); // Assert.Equal would print both
        Assert.True(body == Assert.Single(upstream.Requests).BodyText, "the request arrived changed");
    }
}

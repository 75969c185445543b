using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Clients that leave: the provider is let go at once, and what was used so far is counted once.</summary>
public sealed class ClientGoneTests(Stages stages)
{
    private const string Model = "gen_ai_original_model=\"left\"";

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Client_LeavesBeforeTheFirstByte_ProviderIsLetGo(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var before = await CancelledAsync(stage, deadline);
        var one = stage.Case().First(MockAnswer.Silence());
        await using var client = await one.ConnectAsync(deadline);
        await one.PostAsync(client, Samples.MessagesPath, Samples.Messages("left"), deadline);
        await stage.First.WaitUntilAsync(_ => one.AtFirst.Count == 1, deadline);

        client.Reset();

        await one.AtFirst[0].Disconnected.WaitAsync(deadline);
        await ExpectCancelledAsync(stage, before + 1, deadline);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Client_LeavesInsideStream_TokensSoFarAreCounted(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var before = await CancelledAsync(stage, deadline);
        var (input, output) = (await TokensAsync(stage, "input", deadline), await TokensAsync(stage, "output", deadline));
        var feed = new AnswerFeed();
        var one = stage.Case().First(MockAnswer.Sse(feed));
        await using var client = await one.ConnectAsync(deadline);
        await one.PostAsync(client, Samples.MessagesPath, Samples.Messages("left", stream: true), deadline);
        foreach (var sse in Samples.MessagesEvents[..3]) feed.Send(sse);
        await ReadUntilAsync(client, string.Concat(Samples.MessagesEvents[..3]), deadline);

        client.Reset();

        await one.AtFirst[0].Disconnected.WaitAsync(deadline);
        await ExpectCancelledAsync(stage, before + 1, deadline);
        Assert.Equal((input + 9, output + 1), (await TokensAsync(stage, "input", deadline), await TokensAsync(stage, "output", deadline)));
    }

    private static async Task ReadUntilAsync(RawHttpClient client, string expected, CancellationToken cancellationToken)
    {
        var text = "";
        await foreach (var chunk in client.ReadBody(await client.ReadHeadAsync(cancellationToken)).ReadAsync(cancellationToken))
        {
            text += chunk.Text;
            if (text.Length >= expected.Length) break;
        }

        Assert.Equal(expected, text);
    }

    private static async Task<double> CancelledAsync(Stage stage, CancellationToken cancellationToken) =>
        MetricsPage.Sum(await stage.Origin.MetricsAsync(cancellationToken), "gen_ai_server_request_duration_seconds_count", Model, "error_type=\"cancelled\"");

    private static async Task<double> TokensAsync(Stage stage, string type, CancellationToken cancellationToken) =>
        MetricsPage.Sum(await stage.Origin.MetricsAsync(cancellationToken), "gen_ai_client_token_usage_sum", Model, $"gen_ai_token_type=\"{type}\"");

    private static Task<object> ExpectCancelledAsync(Stage stage, double count, CancellationToken cancellationToken) => Eventually.GetAsync<object>(
        async token => await CancelledAsync(stage, token) >= count ? count : null, () => $"{count} cancelled exchanges", cancellationToken);
}

using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Answers;

public sealed class MetricsTests
{
    [Fact]
    public async Task Page_AfterSuccessErrorCancelAndStream_CountsEachOnce()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Json(200, Samples.ChatAnswer), MockAnswer.Json(400, "{}"), MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)), MockAnswer.Silence());
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("metrics-only", upstream.Port));

        foreach (var body in (string[])[Samples.Chat, Samples.Chat, Samples.ChatStream])
        {
            await gateway.AskAsync("/v1/chat/completions", Own(body));
            await gateway.NextRecordAsync();
        }

        await using (var client = await gateway.ConnectAsync())
        {
            await client.PostJsonAsync("/v1/chat/completions", Own(Samples.Chat), deadline);
            await upstream.WaitUntilAsync(mock => mock.Requests.Count == 4, deadline);
            client.Reset();
            await gateway.NextRecordAsync();
        }

        var durations = Lines(gateway, "gen_ai_server_request_duration", "_count");
        Assert.Equal("2", Value(durations, line => !line.Contains("error_type", StringComparison.Ordinal)));
        Assert.Equal("1", Value(durations, line => line.Contains("error_type=\"400\"", StringComparison.Ordinal)));
        Assert.Equal("1", Value(durations, line => line.Contains("error_type=\"cancelled\"", StringComparison.Ordinal)));
        Assert.Equal("1", Value(Lines(gateway, "gen_ai_server_time_to_first_token", "_count"), _ => true));
        Assert.Equal("18", Value(Lines(gateway, "gen_ai_client_token_usage", "_sum"), line => line.Contains("type=\"input\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Page_AnyModelRule_InventedNamesBecomeLabelsOnlyWhenTheyAreServed()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.When(request => request.Model == "served-by-wildcard", MockAnswer.Json(200, Samples.ChatAnswer)).Answer(MockAnswer.Json(404, "{}"));
        var snapshot = new TestSnapshot();
        snapshot.Rule(null, [snapshot.Backend(upstream.Port)]);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        foreach (var model in (string[])["served-by-wildcard", "invented-by-caller"])
        {
            await gateway.AskAsync("/v1/chat/completions", Samples.Chat.Replace("\"m\"", $"\"{model}\"", StringComparison.Ordinal));
            await gateway.NextRecordAsync();
        }

        Assert.Contains("gen_ai_original_model=\"served-by-wildcard\"", gateway.Metrics(), StringComparison.Ordinal);
        Assert.DoesNotContain("invented-by-caller", gateway.Metrics(), StringComparison.Ordinal);
    }

    /// <summary>Exporters hear every host of the process, so this test counts a model of its own.</summary>
    private static string Own(string body) => body.Replace("\"m\"", "\"metrics-only\"", StringComparison.Ordinal);

    private static string[] Lines(GatewayUnderTest gateway, string name, string suffix) =>
        [.. gateway.Metrics().Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains("metrics-only", StringComparison.Ordinal) && line.Split('{', ' ')[0].EndsWith(suffix, StringComparison.Ordinal))];

    private static string Value(string[] lines, Func<string, bool> which) => Assert.Single(lines, line => which(line)).Split(' ')[^1];
}

using System.Text.RegularExpressions;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>The same traffic gives the same series with the same counts, and the spans that a console exporter shows.</summary>
public sealed partial class MetricsTests(Stages stages)
{
    private const string Model = "gen_ai_original_model=\"counted\"";

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Traffic_OfEveryOutcome_IsCountedInTheSameSeries(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        MockAnswer[] answers = [MockAnswer.Json(200, Samples.ChatAnswer), MockAnswer.Json(200, Samples.ChatAnswer), MockAnswer.Json(500, "{}"), MockAnswer.Json(429, "{}"), MockAnswer.ResetAtOnce()];
        foreach (var answer in answers) await stage.Case().First(answer).AskAsync(Samples.ChatPath, Samples.Chat("counted"), deadline);
        var last = stage.Case().First(MockAnswer.Sse(Samples.ChatStream).CutEvery(20));
        await last.AskAsync(Samples.ChatPath, Samples.Chat("counted", stream: true), deadline);

        var page = await Eventually.GetAsync(
            async token => await stage.Origin.MetricsAsync(token) is var text && MetricsPage.Sum(text, "gen_ai_server_request_duration_seconds_count", Model) == 6 ? text : null,
            () => "six requests to be counted", deadline);

        Assert.Equal(27, MetricsPage.Sum(page, "gen_ai_client_token_usage_sum", Model, "gen_ai_token_type=\"input\""));
        Assert.Equal(12, MetricsPage.Sum(page, "gen_ai_client_token_usage_sum", Model, "gen_ai_token_type=\"output\""));
        Assert.Equal(
            [
                "gen_ai_client_token_usage_count input m-1",
                "gen_ai_client_token_usage_count output m-1",
                "gen_ai_server_request_duration_seconds_count 429 unknown",
                "gen_ai_server_request_duration_seconds_count 500 unknown",
                "gen_ai_server_request_duration_seconds_count m-1",
                "gen_ai_server_request_duration_seconds_count upstream_reset unknown",
                "gen_ai_server_time_to_first_token_seconds_count m-1",
            ],
            page.Split('\n').Where(line => line.Contains(Model, StringComparison.Ordinal)).Select(Series).OfType<string>()
                .Where(series => !series.StartsWith("gen_ai_server_time_per_output_token", StringComparison.Ordinal)) // there when the answer came in more than one piece
                .Order(StringComparer.Ordinal));
        Assert.All(page.Split('\n').Where(line => line.Contains(Model, StringComparison.Ordinal)), line =>
        {
            Assert.Contains("gen_ai_request_model=\"counted-model\"", line, StringComparison.Ordinal);
            Assert.Contains("gen_ai_provider_name=\"openai\"", line, StringComparison.Ordinal);
            Assert.Contains("gen_ai_operation_name=\"chat\"", line, StringComparison.Ordinal);
        });
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Exchange_Finished_HasOneSpanUnderItsRequestId(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(503, "{}")).Second(MockAnswer.Json(200, Samples.ChatAnswer));

        await one.AskAsync(Samples.ChatPath, Samples.Chat("fallback"), deadline);

        var span = await Eventually.GetAsync(
            () => stage.Origin.Processes.SelectMany(process => process.Output).FirstOrDefault(line => line.Contains($"\"aigateway.request_id\":\"{one.Id}\"", StringComparison.Ordinal)),
            () => "the span", deadline);
        foreach (var part in (string[])["\"name\":\"ChatCompletion\"", "\"aigateway.attempts\":2", "\"llm.token_count.prompt\":9", "\"llm.token_count.completion\":4", "\"llm.provider\":\"azure\""])
            Assert.Contains(part, span, StringComparison.Ordinal);
    }

    // Name, the labels that tell series of one model apart, and the model that answered.
    private static string? Series(string line)
    {
        if (!line.Contains("_count{", StringComparison.Ordinal)) return null;
        string?[] parts = [line[..line.IndexOf('{', StringComparison.Ordinal)], Label(ErrorType(), line), Label(TokenType(), line), Label(ResponseModel(), line)];
        return string.Join(' ', parts.OfType<string>());
    }

    private static string? Label(Regex label, string line) => label.Match(line) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("error_type=\"([^\"]*)\"")]
    private static partial Regex ErrorType();

    [GeneratedRegex("gen_ai_token_type=\"([^\"]*)\"")]
    private static partial Regex TokenType();

    [GeneratedRegex("gen_ai_response_model=\"([^\"]*)\"")]
    private static partial Regex ResponseModel();
}

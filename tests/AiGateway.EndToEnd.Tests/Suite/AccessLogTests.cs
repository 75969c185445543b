using System.Text.Json;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>The access log of each topology says of the same exchange what that of <c>aigw run</c> says, field by field.</summary>
public sealed class AccessLogTests(Stages stages)
{
    /// <summary>Different at every run, anywhere.</summary>
    private static readonly HashSet<string> s_ofThisRun =
    [
        "start_time", "duration", "x-request-id", "x-envoy-upstream-service-time", "token_latency_ttft", "token_latency_itl", "trace_id", "span_id", ":authority",
        "downstream_remote_address",
    ];

    /// <summary><see cref="Differences.LogHasEnvoysNames"/>.</summary>
    private static readonly HashSet<string> s_envoysNames =
    [
        "response_flags", "response_code_details", "upstream_host", "upstream_cluster", "route_name", "upstream_local_address", "downstream_local_address", "upstream_transport_failure_reason",
        "connection_termination_details", "x-forwarded-for",
    ];

    /// <summary><see cref="Differences.BrokenExchangeIsLoggedAlone"/>.</summary>
    private static readonly HashSet<string> s_ofTheEnd =
    [
        "outcome", "error_code", "response_code", "bytes_sent", "gen_ai.response.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.total_tokens", "llm_input_token", "llm_output_token",
        "weighted_tokens", "gen_ai.usage.cached_input_tokens", "gen_ai.usage.reasoning_tokens",
    ];

    /// <summary><see cref="Differences.RefusedBackendIsNotLogged"/>.</summary>
    private static readonly HashSet<string> s_ofTheBackend = ["aigateway.backend", "gen_ai.provider.name", "gen_ai.request.model_override"];

    private static readonly MockAnswer s_good = MockAnswer.Json(200, Samples.ChatAnswer);

    private static readonly Dictionary<string, Scenario> s_scenarios = new()
    {
        ["success"] = new(Samples.Chat("chat"), [s_good], "succeeded", 200, 1),
        ["streamed"] = new(Samples.Chat("chat", stream: true), [MockAnswer.Sse(Samples.ChatStream)], "succeeded", 200, 1),
        ["fallback"] = new(Samples.Chat("fallback"), [MockAnswer.Json(503, "{}")], "succeeded", 200, 2),
        ["mutated"] = new(Samples.Chat("mutated"), [s_good], "succeeded", 200, 1),
        ["provider's 400"] = new(Samples.Chat("chat"), [MockAnswer.Json(400, """{"error":{}}""")], "backend_failed", 400, 1),
        ["provider's 429"] = new(Samples.Chat("chat"), [MockAnswer.Json(429, """{"error":{}}""")], "backend_failed", 429, 1),
        ["provider's 503 as text"] = new(Samples.Chat("chat"), [MockAnswer.Text(503, "down")], "backend_failed", 503, 1),
        ["unknown model"] = new(Samples.Chat("unknown"), [], "rejected", 404, 0),
        ["not JSON"] = new("{", [], "rejected", 400, 0),
        ["timed out"] = new(Samples.Chat("timed"), [MockAnswer.Silence()], "timed_out", 504, 1),
        ["reset before the head"] = new(Samples.Chat("chat"), [MockAnswer.ResetAtOnce()], "backend_failed", 502, 1),
        ["connection refused"] = new(Samples.Chat("refused"), [], "backend_failed", 502, 1),
        ["every connection refused"] = new(Samples.Chat("refused-twice"), [], "backend_failed", 502, 2) { Difference = Differences.RefusedBackendIsNotLogged, Fields = s_ofTheBackend },
        ["broken JSON"] = new(Samples.Chat("chat"), [s_good.EndAfter(40)], "backend_failed", 502, 1) { Difference = Differences.BrokenExchangeIsLoggedAlone, Fields = s_ofTheEnd },
        ["left by the client"] = new(Samples.Chat("chat", stream: true), [MockAnswer.Sse(Samples.ChatStream).StallAfter(Samples.ChatEvents[0].Length)], "client_cancelled", 200, 1)
        {
            Leaves = true,
            Difference = Differences.BrokenExchangeIsLoggedAlone,
            Fields = s_ofTheEnd,
        },
    };

    public static TheoryData<string, Topology> Scenarios => EachTopology.With(s_scenarios.Keys);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Entry_OfTheSameExchange_SaysTheSameAsTheGatewaysOwn(string name, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var scenario = s_scenarios[name];
        var (theirs, ours) = (await EntryAsync(await stages.GetAsync(topology), scenario, deadline), await EntryAsync(await stages.GetAsync(Topology.Standalone), scenario, deadline));

        Assert.Equal((scenario.Outcome, scenario.Status, scenario.Attempts), (ours["outcome"], int.Parse(ours["response_code"], System.Globalization.CultureInfo.InvariantCulture), int.Parse(ours["attempts"], System.Globalization.CultureInfo.InvariantCulture)));
        var allowed = new HashSet<string>(s_ofThisRun);
        if (Differences.LogHasEnvoysNames.In(topology)) allowed.UnionWith(s_envoysNames);
        if (scenario.Difference?.In(topology) == true) allowed.UnionWith(scenario.Fields);
        var different = ours.Keys.Union(theirs.Keys).Where(field => !allowed.Contains(field) && ours.GetValueOrDefault(field) != theirs.GetValueOrDefault(field));
        Assert.Equal([], different.Select(field => $"{field}: {theirs.GetValueOrDefault(field)} instead of {ours.GetValueOrDefault(field)}"));
    }

    /// <returns>Field to value; null and absent are the same.</returns>
    private static async Task<Dictionary<string, string>> EntryAsync(Stage stage, Scenario scenario, CancellationToken cancellationToken)
    {
        var one = stage.Case().First(scenario.First).Second(s_good);
        if (scenario.Leaves) await LeaveAsync(one, scenario, cancellationToken);
        else await one.AskAsync(Samples.ChatPath, scenario.Body, cancellationToken, ("user-agent", "suite"), ("agent-session-id", "session-1"));
        var entry = await one.LogEntryAsync(cancellationToken);
        return entry.EnumerateObject().Where(field => field.Value.ValueKind != JsonValueKind.Null).ToDictionary(field => field.Name, field => field.Value.ToString());
    }

    private static async Task LeaveAsync(Case one, Scenario scenario, CancellationToken cancellationToken)
    {
        await using var client = await one.ConnectAsync(cancellationToken);
        await client.PostJsonAsync(Samples.ChatPath, scenario.Body, cancellationToken, $"{Stage.CaseHeader}: {one.Id}\r\nx-request-id: {one.Id}\r\nuser-agent: suite\r\nagent-session-id: session-1\r\n");
        await using var body = client.ReadBody(await client.ReadHeadAsync(cancellationToken)).ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        Assert.True(await body.MoveNextAsync());
        client.Reset();
    }

    private sealed record Scenario(string Body, MockAnswer[] First, string Outcome, int Status, int Attempts)
    {
        public bool Leaves { get; init; }

        public Difference? Difference { get; init; }

        public IReadOnlySet<string> Fields { get; init; } = new HashSet<string>();
    }
}

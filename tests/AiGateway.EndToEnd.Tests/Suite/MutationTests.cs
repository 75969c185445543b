using System.Globalization;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>What a provider receives: the client's bytes where nothing is configured, exactly the configured changes where something is.</summary>
public sealed class MutationTests(Stages stages)
{
    private static readonly MockAnswer s_good = MockAnswer.Json(200, Samples.ChatAnswer);

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Body_WithDuplicateKeysAndUnknownMembers_ArrivesByteForByte(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(s_good);
        const string body = "{ \"a\":1e400, \"a\" : 12345678901234567890,\n\t\"model\":\"chat\",\"temperature\":0.10, \"unknown\":{\"x\":[1.0,\"\\u00e9é\"]},\"messages\":[ ]}";

        Assert.Equal(200, (await one.AskAsync(Samples.ChatPath, body, deadline)).Status);

        Assert.Equal(body, Assert.Single(one.AtFirst).BodyText);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Stream_WithoutUsage_IsAskedForItAndTheClientSeesNone(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Sse(Samples.ChatStream).CutEvery(17));

        var got = await one.AskAsync(Samples.ChatPath, """{"model":"chat","stream":true,"messages":[]}""", deadline);

        Assert.Equal(Samples.ChatEvents[0] + Samples.ChatEvents[1] + Samples.ChatEvents[3], got.Text);
        Assert.Equal("""{"model":"chat","stream":true,"stream_options":{"include_usage":true},"messages":[]}""".Length, Assert.Single(one.AtFirst).BodyText.Length);
        Assert.Contains("\"stream_options\":{\"include_usage\":true}", one.AtFirst[0].BodyText, StringComparison.Ordinal);
        Assert.Equal(13, (await one.LogEntryAsync(deadline)).GetProperty("gen_ai.usage.total_tokens").GetInt32());
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Mutations_OfRouteAndBackend_AreAppliedAndTheRoutesWin(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(s_good);

        var got = await one.AskAsync(
            Samples.ChatPath, """{"model":"mutated","user":"u","store":true,"kept":1e400,"messages":[]}""", deadline,
            ("x-gone-by-route", "1"), ("x-gone-by-backend", "1"), ("x-shared", "client"), ("x-kept", "client"));

        Assert.Equal(200, got.Status);
        var received = Assert.Single(one.AtFirst);
        Assert.Equal(("route", "set", "set", "client"), (received.Headers["x-shared"], received.Headers["x-route"], received.Headers["x-backend"], received.Headers["x-kept"]));
        Assert.Equal((null, null), (received.Headers["x-gone-by-route"], received.Headers["x-gone-by-backend"]));
        Assert.Contains("\"model\":\"mutated-model\"", received.BodyText, StringComparison.Ordinal);
        Assert.Contains("\"service_tier\":\"flex\"", received.BodyText, StringComparison.Ordinal);
        Assert.Contains("\"seed\":7", received.BodyText, StringComparison.Ordinal);
        Assert.Contains("\"kept\":1e400", received.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("\"user\"", received.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("\"store\"", received.BodyText, StringComparison.Ordinal);
        Assert.Equal(received.Body.Length.ToString(CultureInfo.InvariantCulture), received.Headers["content-length"]);
    }

    /// <summary>Models of a rule with one backend and of one with two.</summary>
    public static TheoryData<string, Topology> Models => EachTopology.With(["chat", "fallback"]);

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Headers_TowardsTheProvider_AreThoseOfThePolicyAndNoOthers(string model, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(s_good);
        string[] claims =
        [
            "x-ai-eg-model", "x-ai-eg-original-path", "x-ai-eg-internal-req-id", "x-ai-eg-upstream-host", "x-aigw-api-key", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded",
            "x-envoy-original-path", "x-envoy-upstream-rq-timeout-ms", "x-real-ip", "via", "cookie", "x-gateway-destination-endpoint", "api-key", "x-api-key", "x-goog-api-key", "proxy-authorization",
        ];

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat(model), deadline, [.. claims.Select(name => (name, "claude")), ("authorization", "Bearer of-the-client"), ("x-kept", "client"), ("accept", "*/*")]);

        Assert.Equal(200, got.Status);
        var headers = Assert.Single(one.AtFirst).Headers;
        var names = headers.Select(header => header.Key.ToLowerInvariant()).Order(StringComparer.Ordinal);
        List<string> expected = ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "traceparent", "x-case", "x-kept", "x-request-id"];
        if (model == "fallback") expected.Add("x-only-first"); // set by the backend
        var joined = model == "fallback" && Differences.ProviderSeesInternalId.In(topology);
        if (joined) expected.Add("x-ai-eg-internal-req-id");
        Assert.Equal(expected.Order(StringComparer.Ordinal), names);
        Assert.Equal(($"Bearer {stage.FirstKey}", "client", one.Id), (headers["authorization"], headers["x-kept"], headers["x-request-id"]));
        if (joined) Assert.StartsWith($"{one.Id}-", headers["x-ai-eg-internal-req-id"], StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Credential_OfTheRequest_ReplacesTheConfiguredOne(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(s_good);

        Assert.Equal(200, (await one.AskAsync(Samples.ChatPath, Samples.Chat("tenant"), deadline, ("x-aigw-api-key", "of-the-tenant"))).Status);

        var received = Assert.Single(one.AtFirst);
        Assert.Equal(("Bearer of-the-tenant", null), (received.Headers["authorization"], received.Headers["x-aigw-api-key"]));
    }
}

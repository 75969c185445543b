using System.Globalization;
using AiGateway.EndToEnd.Tests.Topologies;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>Which backend gets a request, and what each of several gets.</summary>
public sealed class FallbackTests(Stages stages)
{
    private static readonly MockAnswer s_good = MockAnswer.Json(200, Samples.ChatAnswer);

    private static readonly Dictionary<string, (MockAnswer? First, string Model)> s_failures = new()
    {
        ["429"] = (MockAnswer.Json(429, "{}"), "fallback"),
        ["500"] = (MockAnswer.Text(500, "down"), "fallback"),
        ["503"] = (MockAnswer.Json(503, "{}"), "fallback"),
        ["reset"] = (MockAnswer.ResetAtOnce(), "fallback"),
        ["connection refused"] = (null, "refused-fallback"),
        ["silence, limited by the idle time"] = (MockAnswer.Silence(), "idle-fallback"),
        ["silence, limited per attempt"] = (MockAnswer.Silence(), "tried"),
    };

    public static TheoryData<string, Topology> Failures => EachTopology.With(s_failures.Keys);

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task FirstPriority_Fails_SecondServes(string failure, Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var (first, model) = s_failures[failure];
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(first is null ? [] : [first]).Second(s_good);

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat(model), deadline);

        Assert.Equal((200, Samples.ChatAnswer), (got.Status, got.Text));
        Assert.Equal((first is null ? 0 : 1, 1), (one.AtFirst.Count, one.AtSecond.Count));
        Assert.Equal(2, (await one.LogEntryAsync(deadline)).GetProperty("attempts").GetInt32());
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task SecondPriority_OfAnotherSchema_GetsTheClientsOwnRequestAndItsOwnCredential(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(503, "{}")).Second(s_good);

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat("fallback"), deadline, ("authorization", "Bearer of-the-client"), ("x-of-client", "1"));

        Assert.Equal(200, got.Status);
        var (tried, served) = (Assert.Single(one.AtFirst), Assert.Single(one.AtSecond));
        Assert.Equal(($"Bearer {stage.FirstKey}", "/v1/chat/completions", "first-model"), (tried.Headers["authorization"], tried.Target, tried.Model));
        Assert.Equal(("1", null), (tried.Headers["x-only-first"], tried.Headers["x-of-client"]));
        Assert.Equal((null, stage.SecondKey), (served.Headers["authorization"], served.Headers["api-key"]));
        Assert.Equal("/openai/deployments/second-model/chat/completions?api-version=2025-01-01-preview", served.Target);
        Assert.Equal((null, "1"), (served.Headers["x-only-first"], served.Headers["x-of-client"]));
        Assert.Equal(Samples.Chat("fallback"), served.BodyText); // Azure names its model in the path
        Assert.Equal(served.Body.Length.ToString(CultureInfo.InvariantCulture), served.Headers["content-length"]);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task LastPriority_Fails_ItsAnswerReachesTheClient(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(500, """{"from":"first"}""")).Second(MockAnswer.TooManyRequests(TimeSpan.FromSeconds(9), """{"from":"second"}"""));

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat("fallback"), deadline);

        Assert.Equal((429, """{"from":"second"}""", "9"), (got.Status, got.Text, got.Headers["retry-after"]));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task FirstPriority_BreaksInsideItsJson_SecondServesWhereAttemptsAreOurs(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(s_good.EndAfter(40)).Second(s_good);

        var got = await one.AskAsync(Samples.ChatPath, Samples.Chat("fallback"), deadline);

        if (Differences.BrokenBodyIsNotRepeated.In(topology))
        {
            Assert.Equal((502, "upstream_reset", 0), (got.Status, got.ErrorCode, one.AtSecond.Count));
        }
        else
        {
            Assert.Equal((200, Samples.ChatAnswer, 1), (got.Status, got.Text, one.AtSecond.Count));
        }
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Status_ThatAsksForNothingElse_IsNotRepeated(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var one = stage.Case().First(MockAnswer.Json(400, "{}"));

        Assert.Equal(400, (await one.AskAsync(Samples.ChatPath, Samples.Chat("fallback"), deadline)).Status);

        Assert.Empty(one.AtSecond);
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Policy_NumberOfRetries_IsKept(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var down = MockAnswer.Json(503, "{}");
        var (failing, recovering, other) = (stage.Case().First(down, down, down, s_good), stage.Case().First(down, down, s_good), stage.Case().First(MockAnswer.Json(500, "{}"), s_good));

        Assert.Equal(503, (await failing.AskAsync(Samples.ChatPath, Samples.Chat("retried"), deadline)).Status);
        Assert.Equal(200, (await recovering.AskAsync(Samples.ChatPath, Samples.Chat("retried"), deadline)).Status);
        Assert.Equal(500, (await other.AskAsync(Samples.ChatPath, Samples.Chat("retried"), deadline)).Status);

        Assert.Equal((3, 3, 1), (failing.AtFirst.Count, recovering.AtFirst.Count, other.AtFirst.Count));
    }

    [Theory]
    [ClassData(typeof(EachTopology))]
    public async Task Weights_Even_BothServe_AndZeroNeverDoes(Topology topology)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var stage = await stages.GetAsync(topology);
        var (even, weightless) = (stage.Case(), stage.Case());
        for (var sent = 0; sent < 40; sent++)
        {
            even.First(s_good).Second(s_good);
            Assert.Equal(200, (await even.AskAsync(Samples.ChatPath, Samples.Chat("even"), deadline)).Status);
            weightless.Second(s_good);
            Assert.Equal(200, (await weightless.AskAsync(Samples.ChatPath, Samples.Chat("weightless"), deadline)).Status);
        }

        // That one of two equal backends gets none of 40 happens once in 500 thousand million runs.
        Assert.InRange(even.AtFirst.Count, 1, 39);
        Assert.Equal(40, even.AtFirst.Count + even.AtSecond.Count);
        Assert.Equal((0, 40), (weightless.AtFirst.Count, weightless.AtSecond.Count));
    }
}

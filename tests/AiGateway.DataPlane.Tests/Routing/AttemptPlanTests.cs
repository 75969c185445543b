using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;
using AiGateway.DataPlane.Routing;

namespace AiGateway.DataPlane.Tests.Routing;

public sealed class AttemptPlanTests
{
    private static readonly PoolSpec s_pool = new() { Name = "ns/pool", Endpoints = [new EndpointSpec { Host = "127.0.0.1", Port = 1 }] };

    [Theory]
    [InlineData("a0 b0 c1", null, null, "ab c")] // both of priority 0 in any order, then the fallback
    [InlineData("a0 b1", 2, 1, "a b b")]
    [InlineData("a0 b1", 3, 2, "a a b b")]
    [InlineData("a0", 2, null, "a a a")]
    [InlineData("a0 b1", 0, null, "a")]
    [InlineData("a0 b1 c2", 9, 1, "a b c c c c c c c c")]
    [InlineData("a0! b1", null, null, "b")] // an unusable backend gets nothing
    [InlineData("a0~ b0", null, null, "b")] // neither does weight 0
    [InlineData("a0!", null, null, "")]
    public void Next_Policy_GivesAttemptsInOrder(string candidates, int? retries, int? perPriority, string expected)
    {
        var retry = retries is null ? null : new RetrySpec { NumRetries = retries.Value, NumAttemptsPerPriority = perPriority };
        for (var seed = 0; seed < 50; seed++)
        {
            var plan = new AttemptPlan(Groups(candidates), retry);
            var random = new Random(seed);
            var given = "";
            while (plan.Next(random) is { } backend && given.Length < 20) given += backend.Name;

            var position = 0;
            foreach (var group in expected.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.Equal(group.Order(), given.Substring(position, group.Length).Order());
                position += group.Length;
            }

            Assert.Equal(position, given.Length);
            Assert.Equal(position, plan.Attempts);
        }
    }

    [Fact]
    public void Next_Weights_ShareTheFirstAttempts()
    {
        const int requests = 20_000;
        Candidate[] members = [new(Backend("a"), 70, 0), new(Backend("b"), 20, 0), new(Backend("c"), 10, 0)];
        var random = new Random(7);
        var counts = new Dictionary<string, int> { ["a"] = 0, ["b"] = 0, ["c"] = 0 };

        for (var i = 0; i < requests; i++) counts[new AttemptPlan([new CandidateGroup(0, members)], null).Next(random)!.Name]++;

        // Five standard deviations of a binomial share.
        foreach (var (name, share) in (ReadOnlySpan<(string, double)>)[("a", 0.7), ("b", 0.2), ("c", 0.1)])
        {
            Assert.InRange(counts[name], (share * requests) - Bound(share), (share * requests) + Bound(share));
        }

        static double Bound(double share) => 5 * Math.Sqrt(requests * share * (1 - share));
    }

    private static CandidateGroup[] Groups(string candidates) =>
    [
        .. candidates.Split(' ')
            .Select(text => new Candidate(Backend(text[..1], text.Contains('!', StringComparison.Ordinal)), text.Contains('~', StringComparison.Ordinal) ? 0 : 1, text[1] - '0'))
            .GroupBy(candidate => candidate.Priority)
            .OrderBy(group => group.Key)
            .Select(group => new CandidateGroup(group.Key, [.. group])),
    ];

    private static RuntimeBackend Backend(string name, bool unusable = false) =>
        new(new BackendSpec { Name = name, ServiceBackend = name, Schema = ProviderSchema.OpenAI, Pool = s_pool.Name, Unusable = unusable ? "secret missing" : null }, s_pool);
}

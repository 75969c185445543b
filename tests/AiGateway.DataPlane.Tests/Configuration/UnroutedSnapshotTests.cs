using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Configuration;

namespace AiGateway.DataPlane.Tests.Configuration;

/// <summary>A snapshot whose routes are elsewhere: the proxy in front names route and backend.</summary>
public sealed class UnroutedSnapshotTests
{
    private static readonly GatewaySnapshot s_snapshot = new()
    {
        Revision = "test",
        RoutesElsewhere = true,
        Backends = [new BackendSpec { Name = "b", ServiceBackend = "b", Schema = ProviderSchema.OpenAI, Pool = "" }],
        Routes = [new RouteSpec { Name = "ns/priced", Listeners = [], Rules = [], Costs = [new CostSpec("k", CostKind.InputToken)] }],
        ModelLists = [List(null, "for-all"), List("*.example.com", "for-some"), List("a.example.com", "for-one")],
    };

    [Theory]
    [InlineData("ns/priced", "ns/priced")]
    [InlineData("ns/other", "")]
    [InlineData(null, "")]
    public void Target_OfARoute_HasTheRoutesCosts(string? route, string expected)
    {
        var target = RuntimeSnapshotCompiler.Compile(s_snapshot).FindTarget("b", route);

        Assert.Equal(expected, target!.Rule.Route);
        Assert.Null(RuntimeSnapshotCompiler.Compile(s_snapshot).FindTarget("unknown", route));
    }

    [Theory]
    [InlineData("a.example.com", "for-one")]
    [InlineData("b.example.com", "for-some")]
    [InlineData("example.org", "for-all")]
    public void Models_OfAHost_AreThoseOfTheMostSpecificList(string host, string expected)
    {
        var listener = Assert.Single(RuntimeSnapshotCompiler.Compile(s_snapshot).Listeners);

        Assert.Equal(expected, Assert.Single(listener.Models.For(host)).Id);
    }

    [Fact]
    public void Backend_WithoutAPool_NeedsRoutesElsewhere() =>
        Assert.Throws<FormatException>(() => RuntimeSnapshotCompiler.Compile(s_snapshot with { RoutesElsewhere = false }));

    private static ModelListSpec List(string? host, string model) => new(host, [new ModelSpec(model, "me", DateTimeOffset.UnixEpoch)]);
}

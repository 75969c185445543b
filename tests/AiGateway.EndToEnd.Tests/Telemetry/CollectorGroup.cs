namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>Tests that share one collector; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CollectorGroup : ICollectionFixture<CollectorFixture>
{
    public const string Name = "collector";
}

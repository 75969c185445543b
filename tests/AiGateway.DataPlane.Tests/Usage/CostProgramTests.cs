using AiGateway.Contracts;
using AiGateway.Contracts.Cel;
using AiGateway.Contracts.Snapshots;
using AiGateway.DataPlane.Usage;

namespace AiGateway.DataPlane.Tests.Usage;

public sealed class CostProgramTests
{
    private static readonly TokenUsage s_usage = new() { Input = 10, Output = 2, Total = 12 };

    [Theory]
    [InlineData("ns/a", "m", "quota=2 in=10 all=12")] // the entry for backend and model is the last that applies
    [InlineData("ns/a", "other", "quota=10 in=10 all=12")]
    [InlineData("ns/b", "m", "quota=12 in=10 all=12")] // only the gateway's is left
    public void Scoped_Costs_ApplyToTheirBackendAndModel(string backend, string model, string expected)
    {
        var program = new CostProgram(
            [
                new CostSpec("quota", CostKind.InputToken) { Backend = "ns/a" },
                new CostSpec("quota", CostKind.OutputToken) { Backend = "ns/a", Model = "m" },
                new CostSpec("in", CostKind.TotalToken),
                new CostSpec("in", CostKind.InputToken),
            ],
            [new CostSpec("quota", CostKind.TotalToken), new CostSpec("in", CostKind.OutputToken), new CostSpec("all", CostKind.TotalToken)]);

        var costs = program.Evaluate(new CostVariables { Model = model }, s_usage, backend, (key, reason) => Assert.Fail($"{key}: {reason}"));

        Assert.Equal(expected, string.Join(' ', costs.Select(static cost => $"{cost.Key}={cost.Value}")));
    }
}

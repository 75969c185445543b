using AiGateway.TestSupport;

namespace AiGateway.EndToEnd.Tests.Suite;

/// <summary>The document and the tests know the same differences.</summary>
public sealed class DifferencesTests
{
    [Fact]
    public void Table_OfTheDocument_IsTheTableOfTheTests()
    {
        var rows = File.ReadLines(RepositoryRoot.Combine("docs", "topologies.md"))
            .Where(line => line.StartsWith("| **", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[1][2..cells[1].IndexOf("**", 2, StringComparison.Ordinal)]}: {cells[2]}");

        Assert.Equal(Differences.All.Select(difference => $"{difference.Name}: {string.Join(", ", difference.Topologies)}").Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }
}

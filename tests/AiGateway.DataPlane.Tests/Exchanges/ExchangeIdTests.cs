using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Tests.Exchanges;

public sealed class ExchangeIdTests
{
    private static readonly DateTimeOffset s_moment = new(2026, 11, 22, 8, 30, 15, 123, TimeSpan.Zero);

    [Fact]
    public void Create_IsVersion7OfTheMoment()
    {
        var id = ExchangeId.Create(s_moment);

        Assert.Equal(7, id.Version);
        Assert.Equal(0b10, id.Variant >> 2);
        Assert.Equal(Guid.CreateVersion7(s_moment).ToString()[..13], id.ToString()[..13]);
    }

    [Fact]
    public void Create_SortsByTime()
    {
        Assert.True(string.CompareOrdinal(ExchangeId.Create(s_moment).ToString(), ExchangeId.Create(s_moment.AddMilliseconds(1)).ToString()) < 0);
    }

    [Fact]
    public void Create_SameMoment_GivesDifferentIds()
    {
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => ExchangeId.Create(s_moment)).Distinct().Count());
    }
}

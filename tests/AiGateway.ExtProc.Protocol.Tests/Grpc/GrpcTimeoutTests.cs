using AiGateway.ExtProc.Protocol.Grpc;
using FsCheck;
using FsCheck.Fluent;

namespace AiGateway.ExtProc.Protocol.Tests.Grpc;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("1n", 1)]
    [InlineData("600n", 6)]
    [InlineData("0S", 0)]
    [InlineData("99999999H", 99_999_999 * TimeSpan.TicksPerHour)]
    public void TryParse_Unit_GivesTheLimit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var limit));
        Assert.Equal(ticks, limit.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("1s")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("123456789S")]
    public void TryParse_NoLimit_SaysNo(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0m")]
    [InlineData(1, "1m")]
    [InlineData(15_000_000, "1500m")]
    [InlineData(-5, "0m")]
    [InlineData(99_999_999 * TimeSpan.TicksPerMillisecond + 1, "100000S")]
    public void Format_Limit_IsRoundedUp(long ticks, string text) => Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Format_AnyLimit_IsNeverShorter() => Prop
        .ForAll(ArbMap.Default.ArbFor<TimeSpan>().Filter(limit => limit >= TimeSpan.Zero && limit.TotalHours < 99_999_999), limit => GrpcTimeout.TryParse(GrpcTimeout.Format(limit), out var parsed) && parsed >= limit)
        .QuickCheckThrowOnFailure();
}

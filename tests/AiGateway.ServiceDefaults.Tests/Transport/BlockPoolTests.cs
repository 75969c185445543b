using AiGateway.ServiceDefaults.Transport;
using Xunit;

namespace AiGateway.ServiceDefaults.Tests.Transport;

public sealed class BlockPoolTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(TransportBlocks.BlockBytes)]
    public void Rent_GivesAWholeBlock(int asked)
    {
        using var pool = new BlockPool();
        using var block = pool.Rent(asked);
        Assert.Equal(TransportBlocks.BlockBytes, block.Memory.Length);
    }

    [Fact]
    public void Rent_MoreThanABlock_IsRefused()
    {
        using var pool = new BlockPool();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(TransportBlocks.BlockBytes + 1));
    }

    [Fact]
    public void Rent_GivesWhatCameBackLast()
    {
        using var pool = new BlockPool();
        var (first, second) = (pool.Rent(), pool.Rent());
        Assert.NotSame(first, second);
        first.Dispose();
        second.Dispose();
        Assert.Same(second, pool.Rent());
        Assert.Same(first, pool.Rent());
    }

    [Fact]
    public void Dispose_OfABlockTwice_GivesItToOneUser()
    {
        using var pool = new BlockPool();
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        Assert.NotSame(pool.Rent(), pool.Rent());
    }

    [Fact]
    public void Return_KeepsNoMoreThanItMay()
    {
        using var pool = new BlockPool();
        var blocks = Enumerable.Range(0, BlockPool.MostKept + 1).Select(_ => pool.Rent()).ToList();
        foreach (var block in blocks) block.Dispose();
        var again = Enumerable.Range(0, BlockPool.MostKept + 1).Select(_ => pool.Rent()).ToHashSet();
        Assert.Equal(BlockPool.MostKept, again.Intersect(blocks).Count());
    }

    [Fact]
    public void Dispose_OfThePool_EndsRenting_AndTakesWhatComesBack()
    {
        var pool = new BlockPool();
        var block = pool.Rent();
        pool.Dispose();
        block.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
    }
}

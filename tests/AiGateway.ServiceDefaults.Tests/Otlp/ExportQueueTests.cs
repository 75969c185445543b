using AiGateway.ServiceDefaults.Otlp;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

public sealed class ExportQueueTests
{
    [Fact]
    public void Add_OverTheItems_DropsTheOldest()
    {
        var queue = new ExportQueue<int>(capacity: 2);

        int[] dropped = [queue.Add(1), queue.Add(2), queue.Add(3)];

        Assert.Equal([0, 0, 1], dropped);
        Assert.Equal(2, queue.Count);
        Assert.Equal([2, 3], Take(queue));
    }

    [Fact]
    public void Add_OverTheBytes_DropsAsManyOfTheOldestAsItTakes()
    {
        var queue = new ExportQueue<int>(capacity: 10, maxBytes: 100, bytesOf: static item => item);

        int[] dropped = [queue.Add(30), queue.Add(31), queue.Add(32), queue.Add(60)];

        Assert.Equal([0, 0, 0, 2], dropped);
        Assert.Equal(2, queue.Count);
        Assert.Equal([32, 60], Take(queue));
    }

    [Fact]
    public void Add_OneItemLargerThanTheBound_IsKeptAlone()
    {
        var queue = new ExportQueue<int>(capacity: 10, maxBytes: 100, bytesOf: static item => item);
        queue.Add(10);

        Assert.Equal(1, queue.Add(500));
        Assert.Equal([500], Take(queue));
        Assert.Equal(0, queue.Add(90)); // what was taken does not count any more
    }

    [Fact]
    public void Take_UpToBytes_LeavesWhatDoesNotFit()
    {
        var queue = new ExportQueue<int>(capacity: 10, bytesOf: static item => item);
        foreach (var item in (int[])[40, 50, 20, 300, 5]) queue.Add(item);

        Assert.Equal([[40, 50], [20], [300], [5]], Enumerable.Range(0, 4).Select(_ => Take(queue, bytes: 100)));
    }

    [Fact]
    public void Holds_CountOrBytes_EitherIsEnough()
    {
        var queue = new ExportQueue<int>(capacity: 10, bytesOf: static item => item);
        queue.Add(40);
        queue.Add(60);

        Assert.True(queue.Holds(2, 1000));
        Assert.True(queue.Holds(3, 100));
        Assert.False(queue.Holds(3, 101));
    }

    private static int[] Take(ExportQueue<int> queue, long bytes = long.MaxValue)
    {
        var taken = new int[10];
        return taken[..queue.Take(taken, bytes)];
    }
}

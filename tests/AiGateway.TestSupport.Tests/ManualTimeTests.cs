using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Tests;

public sealed class ManualTimeTests : IDisposable
{
    private readonly TestDeadline _deadline = TestDeadline.Start(TestContext.Current.CancellationToken);

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public void Advance_TimersDue_FireInOrderAtTheirOwnTime()
    {
        var time = new ManualTime();
        var start = time.GetUtcNow();
        var fired = new List<string>();
        void Note(object? name) => fired.Add($"{name}@{(time.GetUtcNow() - start).TotalSeconds}");
        using var late = time.CreateTimer(Note, "late", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var often = time.CreateTimer(Note, "often", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var never = time.CreateTimer(Note, "never", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        never.Dispose();

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(fired);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["often@2", "often@4", "late@5", "often@6"], fired);
        Assert.Equal(1, time.ArmedTimers);
    }

    [Fact]
    public void CancelAfter_OnManualTime_CancelsWhenTheClockMoves()
    {
        var time = new ManualTime();
        using var source = new CancellationTokenSource(TimeSpan.FromMinutes(1), time);

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(source.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task PacedAnswer_PiecesComeAsTheClockMoves()
    {
        var time = new ManualTime();
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Clock = time });
        upstream.Answer(MockAnswer.Sse("ab").CutEvery(1).Paced(TimeSpan.FromSeconds(10), time));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);
        var reading = client.ReadResponseAsync(_deadline);

        await time.WaitForTimersAsync(1, _deadline);
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("ab", (await reading).BodyText);
        Assert.Equal(time.GetUtcNow() - TimeSpan.FromSeconds(10), upstream.Requests[0].ReceivedAt);
    }

    [Fact]
    public async Task DelayedAnswer_HeadComesAsTheClockMoves()
    {
        var time = new ManualTime();
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.RepeatedSse("data: x\n\n", 3).Delayed(TimeSpan.FromMinutes(5), time));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);

        await time.WaitForTimersAsync(1, _deadline);
        Assert.Equal(0, upstream.BytesSent);
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(3, (await client.ReadResponseAsync(_deadline)).Frames().Count);
    }
}

using System.Text;
using AiGateway.TestSupport.Observation;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;
using Microsoft.Extensions.Logging;

namespace AiGateway.TestSupport.Tests;

public sealed class ObservationTests : IDisposable
{
    private readonly TestDeadline _deadline = TestDeadline.Start(TestContext.Current.CancellationToken);

    public void Dispose() => _deadline.Dispose();

    public static TheoryData<string> Encodings() => ["plain", "url", "hex", "base64", "base64 of key:value", "json"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void SecretScan_SecretInAnyForm_Fails(string form)
    {
        var scan = new SecretScan();
        scan.Plant("other");
        var secret = scan.Plant("backend key");
        var output = form switch
        {
            "plain" => secret,
            "url" => Uri.EscapeDataString(secret),
            "hex" => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(secret)),
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
            "json" => System.Text.Json.JsonSerializer.Serialize(new[] { secret }),
            _ => Convert.ToBase64String(Encoding.UTF8.GetBytes($"user:{secret}")),
        };

        var failure = Assert.Throws<ExpectationException>(() => scan.ExpectAbsent("stdout", $"before {output} after"));
        Assert.Contains("'backend key' is in stdout", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SecretScan_OtherText_Passes()
    {
        var scan = new SecretScan();
        scan.Plant("key");

        scan.ExpectAbsent("stdout", "nothing planted here, not even planted/key+");
    }

    [Fact]
    public void SecretScan_SecretInLogScopeOrException_Fails()
    {
        var scan = new SecretScan();
        var secret = scan.Plant("key");
        using var inScope = new CapturedLogs();
        using var inException = new CapturedLogs();
        var logger = inScope.CreateLogger("c");
        using (logger.BeginScope(new Dictionary<string, object?> { ["k"] = secret }))
            logger.LogInformation("hello");
        inException.CreateLogger("c").LogWarning(new InvalidOperationException("x", new IOException(secret)), "hello");

        Assert.Throws<ExpectationException>(() => scan.ExpectAbsent(inScope));
        Assert.Throws<ExpectationException>(() => scan.ExpectAbsent(inException));
    }

    [Fact]
    public async Task CapturedLogs_ErrorLogged_IsFoundAndFailsUnlessExpected()
    {
        using var logs = new CapturedLogs();
        var waiting = logs.WaitForAsync(entry => entry.EventId.Id == 7, _deadline);
        logs.CreateLogger("cat").Log(LogLevel.Error, new EventId(7), "failed for {Route}", "r1");

        var found = await waiting;

        Assert.Equal(("cat", "failed for r1"), (found.Category, found.Message));
        Assert.Contains(new KeyValuePair<string, object?>("Route", "r1"), found.Properties);
        Assert.Throws<ExpectationException>(() => logs.ExpectNoErrors());
        logs.ExpectNoErrors(entry => entry.EventId.Id == 7);
    }

    [Fact]
    public async Task SocketsOn_ConnectionOpen_CountsBothSidesAndTheListener()
    {
        await using var upstream = await MockUpstream.StartAsync();
        await ResourceCensus.SocketsSettleAsync(upstream.Port, 1, _deadline);

        var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await upstream.WaitUntilAsync(u => u.ConnectionsOpen == 1, _deadline);
        await ResourceCensus.SocketsSettleAsync(upstream.Port, 3, _deadline);
        await client.DisposeAsync();

        await upstream.WaitUntilAsync(u => u.ConnectionsOpen == 0, _deadline);
        await ResourceCensus.SocketsSettleAsync(upstream.Port, 1, _deadline);
    }

    [Fact]
    public async Task SocketsSettle_OtherNumberOpen_FailsAtTheDeadline()
    {
        await using var upstream = await MockUpstream.StartAsync();
        using var passed = new CancellationTokenSource();
        await passed.CancelAsync();

        var failure = await Assert.ThrowsAsync<ExpectationException>(() => ResourceCensus.SocketsGoneAsync(upstream.Port, passed.Token));

        Assert.Equal($"1 sockets are open on port {upstream.Port}, not 0.", failure.Message);
    }

    [Fact]
    public async Task Settle_ConditionNeverHolds_FailsWithTheLastCensus()
    {
        using var soon = new CancellationTokenSource();
        await soon.CancelAsync();

        var failure = await Assert.ThrowsAsync<ExpectationException>(
            () => ResourceCensus.SettleAsync(census => census.OpenSockets < 0, collect: true, soon.Token));

        Assert.Contains("ManagedBytes = ", failure.Message, StringComparison.Ordinal);
        var census = ResourceCensus.Take(collect: true);
        Assert.True(census is { FileDescriptors: > 0, ManagedBytes: > 0 }, census.ToString());
    }

    [Fact]
    public async Task LiveCounter_MembersLeave_ReachesZeroOnce()
    {
        var counter = new LiveCounter();
        var first = counter.Enter();
        var second = counter.Enter();
        first.Dispose();
        first.Dispose();
        Assert.Equal((1, 2), (counter.Current, counter.Highest));

        var waiting = counter.WaitForAsync(0, _deadline);
        Assert.False(waiting.IsCompleted);
        second.Dispose();
        await waiting;
    }
}

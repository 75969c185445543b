using AiGateway.Contracts;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Observation;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Operation;

/// <summary>Looks at the whole process, so it runs alone.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Theory]
    [InlineData("/v1/audio/speech", "audio/mpeg")]
    [InlineData("/v1/images/generations", "application/json")]
    public async Task Answer_100Megabytes_PassesInConstantMemory(string path, string contentType)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Huge(100_000_000, contentType));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        var before = ResourceCensus.Take(collect: true).ManagedBytes;
        long total = 0, peak = 0;

        using var response = await gateway.PostAsync(path, """{"model":"m"}""");
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var chunk = new byte[64 * 1024];
        for (var reads = 0; await body.ReadAsync(chunk, TestContext.Current.CancellationToken) is > 0 and var read; reads++)
        {
            total += read;
            if (reads % 400 == 0) peak = Math.Max(peak, ResourceCensus.Take(collect: true).ManagedBytes);
        }

        Assert.Equal(100_000_000, total);
        Assert.InRange(peak - before, long.MinValue, 20_000_000);
        Assert.Equal(100_000_000, await BytesSentAsync(gateway));
    }

    [Fact]
    public async Task Faults_Repeated_LeaveNoSocketsAndNoMemory()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var events = Samples.Joined(Samples.ChatEvents);
        upstream.Answer(request => (request.Index % 5) switch
        {
            0 => MockAnswer.Sse(events).ResetAfter(100),
            1 => MockAnswer.Sse(events).Encoded("gzip").EndAfter(30),
            2 => MockAnswer.Json(200, Samples.ChatAnswer).EndAfter(20),
            3 => MockAnswer.Text(500, "down"),
            _ => MockAnswer.Sse(events),
        });
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await RoundAsync(gateway, 100, deadline);
        var before = ResourceCensus.Take(collect: true);

        await RoundAsync(gateway, 400, deadline);

        await ResourceCensus.SettleAsync(now => now.OpenSockets <= before.OpenSockets + 5 && now.ManagedBytes < before.ManagedBytes + 4_000_000, collect: true, deadline);
        Assert.Equal(0, gateway.Host.ActiveExchanges);
        gateway.Logs.ExpectNoErrors();
    }

    private static async Task RoundAsync(GatewayUnderTest gateway, int count, CancellationToken deadline)
    {
        for (var i = 0; i < count; i++)
        {
            await using var client = await gateway.ConnectAsync();
            await client.PostJsonAsync("/v1/chat/completions", Samples.ChatStream, deadline);
            if (i % 3 != 0)
            {
                await client.ReadResponseAsync(deadline);
                continue;
            }

            await client.ReadHeadAsync(deadline); // a reset before that can erase the request itself, and there would be no exchange
            client.Reset();
        }

        for (var i = 0; i < count; i++) await gateway.NextRecordAsync();
    }

    private static async Task<long> BytesSentAsync(GatewayUnderTest gateway)
    {
        await gateway.NextRecordAsync();
        var line = (await gateway.OutputAsync()).Split('\n').Last(text => text.Contains("\"bytes_sent\":", StringComparison.Ordinal));
        using var json = System.Text.Json.JsonDocument.Parse(line);
        return json.RootElement.GetProperty("bytes_sent").GetInt64();
    }
}

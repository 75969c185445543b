using System.Text;
using AiGateway.Contracts;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.Gateway.Tests.Faults;

public sealed class ClientGoneTests
{
    public static TheoryData<int, bool> EveryChunk()
    {
        var cases = new TheoryData<int, bool>();
        for (var chunk = 1; chunk < Samples.MessagesEvents.Length; chunk++)
        {
            cases.Add(chunk, true);
            cases.Add(chunk, false);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(EveryChunk))]
    public async Task Stream_ClientLeavesAfterChunk_UpstreamIsReleasedAndTokensSoFarAreRecorded(int chunks, bool reset)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, ProviderSchema.Anthropic));
        var client = await gateway.ConnectAsync();
        await using (client)
        {
            await client.PostJsonAsync("/anthropic/v1/messages", Samples.MessagesStream, deadline);
            foreach (var sse in Samples.MessagesEvents[..chunks]) feed.Send(sse);
            await ReadUntilAsync(client, Samples.Joined(Samples.MessagesEvents[..chunks]), deadline);
            if (reset) client.Reset();
            else client.CloseSending();
            await upstream.WaitForDisconnectAsync(0, deadline);
        }

        var record = await gateway.NextRecordAsync();
        Assert.Equal(ExchangeOutcome.ClientCancelled, record.Outcome);
        Assert.Equal("client_closed_request", record.ErrorCode);
        Assert.Equal(200, record.Status);
        Assert.True(record.Streamed);
        Assert.Equal(25, record.Usage.Input);
        Assert.Equal(chunks >= 5 ? 12 : 1, record.Usage.Output);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_ClientLeavesBeforeFirstByte_UpstreamIsReleased(bool reset)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Silence());
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using (var client = await gateway.ConnectAsync())
        {
            await client.PostJsonAsync("/v1/chat/completions", Samples.Chat, deadline);
            await upstream.NextRequestAsync(deadline);
            if (reset) client.Reset();
            else client.CloseSending();
            await upstream.WaitForDisconnectAsync(0, deadline);
        }

        var record = await gateway.NextRecordAsync();
        Assert.Equal(ExchangeOutcome.ClientCancelled, record.Outcome);
        Assert.Equal(0, record.Status);
        Assert.Equal(1, record.Attempts);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Theory]
    [InlineData(true, "content-length: 1000\r\n\r\n{\"model\":")]
    [InlineData(false, "content-length: 1000\r\n\r\n{\"model\":")]
    [InlineData(true, "transfer-encoding: chunked\r\n\r\n9\r\n{\"model\":\r\n")]
    [InlineData(false, "transfer-encoding: chunked\r\n\r\n9\r\n{\"model\":\r\n")]
    public async Task Request_ClientLeavesInsideBody_NothingIsSentOn(bool reset, string rest)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        await using (var client = await gateway.ConnectAsync())
        {
            await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" + rest, deadline);
            while (gateway.Host.ActiveExchanges == 0) await Task.Yield();
            if (reset) client.Reset();
            else client.CloseSending();
            var record = await gateway.NextRecordAsync();
            Assert.Equal(ExchangeOutcome.ClientCancelled, record.Outcome);
            Assert.Equal(0, record.Status);
            Assert.Equal(0, record.Attempts);
        }

        Assert.Empty(upstream.Requests);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Fact]
    public async Task Stream_ClientStopsReading_IsLetGoAfterIdleTimeAndBlamedOnClient()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.RepeatedSse(Samples.MessagesEvents[2], 1_000_000));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, ProviderSchema.Anthropic, rule: rule => rule with { StreamIdleTimeout = TimeSpan.FromMilliseconds(500) }));
        await using var client = await RawHttpClient.ConnectAsync(gateway.Port, null, deadline, receiveBufferSize: 4096);

        await client.PostJsonAsync("/anthropic/v1/messages", Samples.MessagesStream, deadline);
        await client.ReadHeadAsync(deadline);

        var record = await gateway.NextRecordAsync();
        Assert.Equal(ExchangeOutcome.ClientCancelled, record.Outcome);
        await upstream.WaitForDisconnectAsync(0, deadline);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    private static async Task ReadUntilAsync(RawHttpClient client, string expected, CancellationToken deadline)
    {
        var head = await client.ReadHeadAsync(deadline);
        var text = new StringBuilder();
        await foreach (var chunk in client.ReadBody(head).ReadAsync(deadline))
        {
            text.Append(chunk.Text);
            if (text.Length >= expected.Length) break;
        }

        Assert.Equal(expected, text.ToString());
    }
}

using AiGateway.TestSupport.Observation;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Tests;

/// <summary>Each way of misbehaving is seen by an independent reader of the wire.</summary>
public sealed class MockUpstreamFaultTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private readonly TestDeadline _deadline = TestDeadline.Start(TestContext.Current.CancellationToken);

    public void Dispose() => _deadline.Dispose();

    public static TheoryData<string, MockAnswer, string, BodyEnd> BodyFaults() => new()
    {
        { "end after 4, chunked", MockAnswer.Sse("0123456789").EndAfter(4), "0123", BodyEnd.ClosedEarly },
        { "end after 4, content-length", MockAnswer.Text(200, "0123456789").EndAfter(4), "0123", BodyEnd.ClosedEarly },
        { "end after 4, close-delimited", MockAnswer.Text(200, "0123456789").Framed(BodyFraming.CloseDelimited).EndAfter(4), "0123", BodyEnd.Complete },
        { "end after head", MockAnswer.Sse("0123456789").EndAfter(0), "", BodyEnd.ClosedEarly },
        { "cut and end", MockAnswer.Sse("0123456789").CutEvery(3).EndAfter(4), "0123", BodyEnd.ClosedEarly },
        { "longer than announced", MockAnswer.Text(200, "0123456789").Announcing(4), "0123", BodyEnd.Complete },
        { "shorter than announced", MockAnswer.Text(200, "0123") .Announcing(10) with { CloseAfter = true }, "0123", BodyEnd.ClosedEarly },
        { "size not hex", MockAnswer.Sse("0123").CutEvery(2).WithDefect(ChunkDefect.SizeNotHex), "01", BodyEnd.Malformed },
        { "negative size", MockAnswer.Sse("0123").CutEvery(2).WithDefect(ChunkDefect.NegativeSize), "01", BodyEnd.Malformed },
        { "size too large", MockAnswer.Sse("0123").WithDefect(ChunkDefect.SizeTooLarge), "0123", BodyEnd.Malformed },
        { "data longer than size", MockAnswer.Sse("0123").CutEvery(2).WithDefect(ChunkDefect.DataLongerThanSize), "01", BodyEnd.Malformed },
        { "no last chunk", MockAnswer.Sse("0123").CutEvery(2).WithDefect(ChunkDefect.NoLastChunk), "0123", BodyEnd.ClosedEarly },
        { "close-delimited", MockAnswer.Text(200, "0123").Framed(BodyFraming.CloseDelimited), "0123", BodyEnd.Complete },
    };

    [Theory]
    [MemberData(nameof(BodyFaults))]
    public async Task BodyFault_IsSeenByTheClient(string name, MockAnswer answer, string body, BodyEnd end)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(answer);
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync(Get, _deadline);
        var response = await client.ReadResponseAsync(_deadline);

        Assert.True((body, end) == (response.BodyText, response.End), $"{name}: '{response.BodyText}', {response.End}");
        Assert.Empty(upstream.Failures);
    }

    [Fact]
    public async Task ResetAfter_BytesThatWereRead_EndsWithReset()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var read = new SyncPoint();
        var answer = MockAnswer.Sse("0123456789").CutEvery(4).ResetAfter(8);
        upstream.Answer(answer with { BeforePiece = (piece, token) => piece == 1 ? read.ArriveAsync(token) : Task.CompletedTask });
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);
        var head = await client.ReadHeadAsync(_deadline);
        var body = client.ReadBody(head);

        var pieces = new List<string>();
        await foreach (var chunk in body.ReadAsync(_deadline))
        {
            pieces.Add(chunk.Text);
            read.Release();
        }

        // What was on its way when the reset came may be lost; what was read before is not.
        Assert.Equal("0123", pieces[0]);
        Assert.Equal(BodyEnd.Reset, body.End);
        Assert.Equal(AnswerOutcome.Faulted, await upstream.Requests[0].Answered.WaitAsync(_deadline.Token));
    }

    [Fact]
    public async Task ResetAtOnce_GivesNoResponse()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.ResetAtOnce(), MockAnswer.CloseAtOnce());

        await using var first = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await first.SendAsync(Get, _deadline);
        var reset = await Assert.ThrowsAnyAsync<IOException>(() => first.ReadResponseAsync(_deadline));
        Assert.IsNotType<WireException>(reset);

        await using var second = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await second.SendAsync(Get, _deadline);
        await Assert.ThrowsAsync<WireException>(() => second.ReadResponseAsync(_deadline));
    }

    [Theory]
    [InlineData(false, PeerEnd.Closed)]
    [InlineData(true, PeerEnd.Reset)]
    public async Task StallAfter_ClientLeaves_UpstreamSeesHow(bool reset, PeerEnd expected)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse("0123456789").StallAfter(4));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);
        var head = await client.ReadHeadAsync(_deadline);
        await using var body = client.ReadBody(head).ReadAsync(_deadline).GetAsyncEnumerator(_deadline);
        Assert.True(await body.MoveNextAsync());
        Assert.Equal("0123", body.Current.Text);
        Assert.False(upstream.Requests[0].Disconnected.IsCompleted);

        if (reset)
            client.Reset();
        else
            client.CloseSending();

        Assert.Equal(expected, await upstream.WaitForDisconnectAsync(0, _deadline));
        Assert.Equal(AnswerOutcome.PeerGone, await upstream.Requests[0].Answered.WaitAsync(_deadline.Token));
        await upstream.WaitUntilAsync(u => u.ConnectionsOpen == 0, _deadline);
    }

    [Fact]
    public async Task HeldAt_AnswerWaitsForTheTest()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var point = new SyncPoint();
        upstream.Answer(MockAnswer.Text(200, "late").HeldAt(point));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);
        var reading = client.ReadResponseAsync(_deadline);

        await point.WaitUntilReachedAsync(_deadline);
        Assert.False(reading.IsCompleted);
        Assert.Equal(0, upstream.BytesSent);
        point.Release();

        Assert.Equal("late", (await reading).BodyText);
    }

    [Fact]
    public async Task HalfCloseAfter_ClientCanStillSend()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Text(200, "bye") with { HalfCloseAfter = true });
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);

        Assert.EndsWith("bye", await client.ReadToEndAsync(_deadline), StringComparison.Ordinal);
        await client.SendAsync("more", _deadline);
        await upstream.WaitUntilAsync(u => u.BytesReceived == Get.Length + 4, _deadline);
        Assert.Equal(1, upstream.ConnectionsOpen);
    }

    [Fact]
    public async Task Huge_IsSentWithoutBeingHeld()
    {
        const long length = 100L * 1024 * 1024;
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Huge(length));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);
        var head = await client.ReadHeadAsync(_deadline);

        var received = 0L;
        await foreach (var chunk in client.ReadBody(head).ReadAsync(_deadline))
            received += chunk.Data.Length;

        Assert.Equal(length, received);
    }

    [Fact]
    public async Task InvalidStatusLineAndOversizedHeader_AreSentAsGiven()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer((MockAnswer.NoBody(200) with { StatusLine = "HTTP/9 abc", CloseAfter = true }).WithOversizedHeader(100_000));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);

        var text = await client.ReadToEndAsync(_deadline);

        Assert.StartsWith("HTTP/9 abc\r\nx-oversized: hhh", text, StringComparison.Ordinal);
        Assert.Equal("HTTP/9 abc\r\nx-oversized: \r\n\r\n".Length + 100_000, text.Length);
    }

    [Fact]
    public async Task AnswerFirst_AnswersBeforeTheBodyArrives()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.AnswerOnHead(_ => MockAnswer.Text(200, "early") with { RequestBody = RequestBodyPolicy.AnswerFirst });
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n12", _deadline);
        Assert.Equal("early", (await client.ReadResponseAsync(_deadline)).BodyText);
        await client.SendAsync("345" + Get, _deadline);
        Assert.Equal("early", (await client.ReadResponseAsync(_deadline)).BodyText);

        Assert.Equal("12345", upstream.Requests[0].BodyText);
    }

    [Fact]
    public async Task StopReading_FillsTheSendersWindow()
    {
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { ReceiveBufferSize = 16 * 1024 });
        upstream.Enqueue(MockAnswer.Silence() with { RequestBody = RequestBodyPolicy.StopReading });
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000\r\n\r\n", _deadline);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(_deadline);

        var sending = client.SendAsync(new byte[100_000_000], giveUp.Token);
        var request = await upstream.NextRequestAsync(_deadline);
        await upstream.WaitUntilAsync(u => u.BytesReceived >= 64 * 1024, _deadline);

        Assert.False(sending.IsCompleted);
        Assert.True(request.Body.IsEmpty);
        Assert.InRange(upstream.BytesReceived, 64 * 1024, 512 * 1024);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Dispose_WhileAnswersStall_LeavesNoSocket()
    {
        var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse("01").StallAfter(1));
        var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync(Get, _deadline);
        await client.ReadHeadAsync(_deadline);
        await ResourceCensus.SocketsSettleAsync(upstream.Port, 3, _deadline);

        await upstream.DisposeAsync();
        await client.DisposeAsync();

        await ResourceCensus.SocketsGoneAsync(upstream.Port, _deadline);
        Assert.Equal(AnswerOutcome.UpstreamStopped, await upstream.Requests[0].Answered.WaitAsync(_deadline.Token));
    }
}

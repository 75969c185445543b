using System.Net;
using System.Text;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Tests;

/// <summary>Requests in, well-formed answers out.</summary>
public sealed class MockUpstreamTests : IDisposable
{
    private readonly TestDeadline _deadline = TestDeadline.Start(TestContext.Current.CancellationToken);

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Request_WithBody_IsRecordedAsSent()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(request => MockAnswer.Json(200, $"{{\"got\":\"{request.Model}\"}}"));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.PostJsonAsync("/v1/chat?x=%2F", """{"model":"m1"}""", _deadline, "X-OdD: a\r\nx-odd: b\r\n");
        var response = await client.ReadResponseAsync(_deadline);
        var request = await upstream.NextRequestAsync(_deadline);

        Assert.Equal("""{"got":"m1"}""", response.BodyText);
        Assert.Equal("application/json", response.Headers["content-type"]);
        Assert.Equal(("POST", "/v1/chat?x=%2F", "/v1/chat", "HTTP/1.1"), (request.Method, request.Target, request.Path, request.Protocol));
        Assert.Equal("""{"model":"m1"}""", request.BodyText);
        Assert.Equal(["host", "content-type", "content-length", "X-OdD", "x-odd"], request.Headers.Select(field => field.Key));
        Assert.Equal(["a", "b"], request.Headers.All("X-Odd"));
        Assert.EndsWith("x-odd: b\r\n\r\n", Encoding.Latin1.GetString(request.Head.Span), StringComparison.Ordinal);
        Assert.Equal(AnswerOutcome.Sent, await request.Answered.WaitAsync(_deadline.Token));
        Assert.Empty(upstream.ProtocolErrors);
    }

    [Fact]
    public async Task Request_Chunked_IsRecordedWithoutFraming()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.NoBody(204));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync(
            "PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nx-t: 1\r\n\r\n", _deadline);
        var response = await client.ReadResponseAsync(_deadline);

        Assert.Equal("HTTP/1.1 100 Continue", Assert.Single(response.Interim).StartLine);
        Assert.Equal((204, ""), (response.Status, response.BodyText));
        Assert.Equal("abc0123456789", upstream.Requests[0].BodyText);
        Assert.Equal("1", upstream.Requests[0].Trailers["x-t"]);
    }

    [Fact]
    public async Task Request_SentByteByByteThenHalfClosed_IsAnswered()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(request => MockAnswer.Text(200, request.BodyText));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        var request = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi"u8.ToArray();
        var sent = 0L;
        Task WaitForArrivalAsync(CancellationToken token)
        {
            sent++;
            return upstream.WaitUntilAsync(u => u.BytesReceived == sent, token);
        }

        await client.SendInPiecesAsync(request, 1, WaitForArrivalAsync, _deadline);
        client.CloseSending();

        Assert.Equal("hi", (await client.ReadResponseAsync(_deadline)).BodyText);
        Assert.Equal(request.Length, sent);
    }

    [Fact]
    public async Task Connection_TwoRequests_AreCountedAsOneConnection()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Text(200, "one"), MockAnswer.Text(200, "two"));
        await using (var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline))
        {
            const string get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
            await client.SendAsync(get + get, _deadline);
            Assert.Equal("one", (await client.ReadResponseAsync(_deadline)).BodyText);
            Assert.Equal("two", (await client.ReadResponseAsync(_deadline)).BodyText);
            Assert.Equal((1, 1), (upstream.ConnectionsAccepted, upstream.ConnectionsOpen));
            Assert.Equal(2L * get.Length, upstream.BytesReceived);
        }

        Assert.Equal(PeerEnd.Closed, await upstream.WaitForDisconnectAsync(1, _deadline));
        await upstream.WaitUntilAsync(u => u.ConnectionsOpen == 0, _deadline);
        Assert.Equal([0, 0], upstream.Requests.Select(request => request.ConnectionId));
    }

    [Fact]
    public async Task Answers_AreChosen_QueueThenRulesThenHandler()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Text(200, "queue"))
            .ForPath("/p", MockAnswer.Text(200, "path"))
            .ForModel("m", MockAnswer.Text(200, "model"))
            .Answer(_ => throw new InvalidOperationException("boom"));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        var answers = new List<string>();
        foreach (var (path, model) in new[] { ("/p", "m"), ("/p", "m"), ("/q", "m"), ("/q", "n") })
        {
            await client.PostJsonAsync(path, $"{{\"model\":\"{model}\"}}", _deadline);
            answers.Add((await client.ReadResponseAsync(_deadline)).BodyText);
        }

        Assert.Equal(["queue", "path", "model", "The answer handler failed: boom"], answers);
        Assert.Equal("boom", Assert.Single(upstream.Failures).Message);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", "content-length and transfer-encoding together")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n", "more than one content-length")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\r\ncontent-length: +1\r\n\r\n", "content-length is '+1'")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n", "transfer-encoding is 'gzip'")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "0 host headers")]
    [InlineData("GET / HTTP/1.1\r\nhost: a\r\n folded\r\n\r\n", "Not a header field: ' folded'")]
    [InlineData("GET /\r\n\r\n", "not a request line: 'GET /'")]
    [InlineData("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "Not a chunk size: 'zz'")]
    public async Task Request_WithAmbiguousFraming_IsAProtocolError(string bytes, string problem)
    {
        await using var upstream = await MockUpstream.StartAsync();
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync(bytes, _deadline);

        Assert.Equal(400, (await client.ReadResponseAsync(_deadline)).Status);
        Assert.Equal([problem], upstream.ProtocolErrors);
    }

    [Fact]
    public async Task Answer_Cut_ArrivesInThosePieces()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse("data: 1\n\ndata: 2\n\n").Cut(3, 4));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);
        var response = await client.ReadResponseAsync(_deadline);

        Assert.Equal(["dat", "a: 1", "\n\ndata: 2\n\n"], response.Chunks.Select(chunk => chunk.Text));
        Assert.Equal([new SseFrame(null, "1"), new SseFrame(null, "2")], response.Frames());
        Assert.Equal(BodyEnd.Complete, response.End);
    }

    [Fact]
    public async Task Answer_Gated_ArrivesAsTheTestAllows()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var gate = new ChunkGate();
        upstream.Answer(MockAnswer.Sse("abc").CutEvery(1).Gated(gate));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);
        var head = await client.ReadHeadAsync(_deadline);
        await using var body = client.ReadBody(head).ReadAsync(_deadline).GetAsyncEnumerator(_deadline);

        gate.Release();
        Assert.True(await body.MoveNextAsync());
        Assert.Equal("a", body.Current.Text);
        await gate.WaitUntilBlockedAsync(_deadline);
        Assert.Equal(1, gate.Passed);
        gate.Open();
        Assert.True(await body.MoveNextAsync());
        Assert.True(await body.MoveNextAsync());
        Assert.Equal("c", body.Current.Text);
        Assert.False(await body.MoveNextAsync());
    }

    [Fact]
    public async Task Answer_Fed_ArrivesWhenTheTestSendsIt()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);
        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);
        var head = await client.ReadHeadAsync(_deadline);
        await using var body = client.ReadBody(head).ReadAsync(_deadline).GetAsyncEnumerator(_deadline);

        feed.Send("one");
        Assert.True(await body.MoveNextAsync());
        Assert.Equal("one", body.Current.Text);
        feed.Complete();
        Assert.False(await body.MoveNextAsync());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Answer_Encoded_IsWhatClientsDecode(string encoding)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, """{"a":1}""").Encoded(encoding).CutEvery(2));
        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All });

        Assert.Equal("""{"a":1}""", await client.GetStringAsync(upstream.Endpoint, _deadline));
    }

    [Fact]
    public async Task Answer_WithEverything_IsOnTheWireAsDescribed()
    {
        await using var upstream = await MockUpstream.StartAsync();
        var answer = MockAnswer.Text(200, "hi").WithInterim(103, ("link", "</x>")).WithHeader("X-Case", "v").WithTrailer("x-end", "1");
        upstream.Answer(answer with { Reason = "Fine", CloseAfter = true });
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);

        Assert.Equal(
            "HTTP/1.1 103 \r\nlink: </x>\r\n\r\n"
            + "HTTP/1.1 200 Fine\r\ncontent-type: text/plain; charset=utf-8\r\nX-Case: v\r\ntransfer-encoding: chunked\r\n\r\n"
            + "2\r\nhi\r\n0\r\nx-end: 1\r\n\r\n",
            await client.ReadToEndAsync(_deadline));
    }

    [Fact]
    public async Task Answer_FromRecording_KeepsHeadersAndBytes()
    {
        await using var upstream = await MockUpstream.StartAsync();
        KeyValuePair<string, string>[] headers = [new("Content-Type", "text/event-stream"), new("Transfer-Encoding", "chunked"), new("x-request-id", "r")];
        upstream.Answer(MockAnswer.FromRecording(200, headers, "data: 1\n\n"u8.ToArray()));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, _deadline);

        await client.SendAsync("GET / HTTP/1.1\r\nhost: a\r\n\r\n", _deadline);
        var response = await client.ReadResponseAsync(_deadline);

        Assert.Equal(["Content-Type", "x-request-id", "transfer-encoding"], response.Headers.Select(field => field.Key));
        Assert.Equal("data: 1\n\n", response.BodyText);
    }

    [Fact]
    public async Task Answer_OverTls_IsServedWithTheGivenCertificate()
    {
        using var tls = UpstreamTls.Create();
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls });
        upstream.Answer(MockAnswer.Text(200, "secured"));
        await using var client = await RawHttpClient.ConnectAsync(upstream.Port, tls.TrustingClient("localhost"), _deadline);

        await client.SendAsync("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", _deadline);

        Assert.Equal("secured", (await client.ReadResponseAsync(_deadline)).BodyText);
        Assert.Equal("https", upstream.Endpoint.Scheme);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", tls.AuthorityPem, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", tls.ServerKeyPem, StringComparison.Ordinal);
    }
}

using System.Net;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.TestSupport.Tests;

/// <summary>The HTTP/2 flavour: the same answers, without the defects that only HTTP/1.1 framing can have.</summary>
public sealed class MockUpstreamHttp2Tests : IDisposable
{
    private readonly TestDeadline _deadline = TestDeadline.Start(TestContext.Current.CancellationToken);

    public void Dispose() => _deadline.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_OverHttp2_IsRecordedAndAnswered(bool secured)
    {
        using var tls = secured ? UpstreamTls.Create() : null;
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true, Tls = tls });
        upstream.Answer(request => MockAnswer.Json(201, request.BodyText).WithTrailer("x-end", "1").WithHeader("x-a", "b"));
        using var client = Http2Client.Create(upstream.Port, tls?.TrustingClient("localhost"));

        using var response = await client.PostAsync("/v1?q=%20", new StringContent("{\"model\":\"m\"}"), _deadline);
        var body = await response.Content.ReadAsStringAsync(_deadline);

        Assert.Equal((HttpStatusCode.Created, HttpVersion.Version20), (response.StatusCode, response.Version));
        Assert.Equal("{\"model\":\"m\"}", body);
        Assert.Equal("1", response.TrailingHeaders.GetValues("x-end").Single());
        var request = await upstream.NextRequestAsync(_deadline);
        Assert.Equal(("/v1?q=%20", "HTTP/2", "m"), (request.Target, request.Protocol, request.Model));
        Assert.Equal(AnswerOutcome.Sent, await request.Answered.WaitAsync(_deadline.Token));
        Assert.Equal(1, upstream.ConnectionsAccepted);
    }

    [Fact]
    public async Task StallAfter_ClientCancels_UpstreamSeesTheStreamReset()
    {
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true });
        upstream.Answer(MockAnswer.Sse("0123456789").StallAfter(4));
        using var client = Http2Client.Create(upstream.Port);
        var response = await client.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, _deadline);
        var stream = await response.Content.ReadAsStreamAsync(_deadline);
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4, cancellationToken: _deadline));

        response.Dispose();

        Assert.Equal(PeerEnd.Reset, await upstream.WaitForDisconnectAsync(0, _deadline));
        Assert.Equal(AnswerOutcome.PeerGone, await upstream.Requests[0].Answered.WaitAsync(_deadline.Token));
    }

    [Fact]
    public async Task ResetAfter_ClientSeesABrokenBody()
    {
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true });
        upstream.Answer(MockAnswer.Sse("0123456789").ResetAfter(4));
        using var client = Http2Client.Create(upstream.Port);
        using var response = await client.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, _deadline);

        await Assert.ThrowsAnyAsync<HttpIOException>(async () =>
        {
            await using var stream = await response.Content.ReadAsStreamAsync(_deadline);
            await stream.ReadAtLeastAsync(new byte[10], 10, cancellationToken: _deadline);
        });
    }

    [Fact]
    public async Task Dispose_WhileAnAnswerStalls_Returns()
    {
        var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true });
        upstream.Answer(MockAnswer.Silence());
        using var client = Http2Client.Create(upstream.Port);
        var sending = client.GetAsync(new Uri("/", UriKind.Relative), _deadline);
        var request = await upstream.NextRequestAsync(_deadline);

        await upstream.DisposeAsync().AsTask().WaitAsync(_deadline.Token);

        Assert.Equal(AnswerOutcome.UpstreamStopped, await request.Answered);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending);
    }
}

using System.Net;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.Tests.Routing;

/// <summary>HTTPRoutes: limits, protocols and failures of requests that the gateway forwards without reading them.</summary>
public sealed class PlainRouteTests
{
    private const string OpenAIPath = "/web/x";
    private const string AnthropicPath = "/anthropic/v1/files";

    private static readonly Uri s_path = new(OpenAIPath, UriKind.Relative);

    [Theory]
    [InlineData("/web/deep/x", "localhost", "deeper path")]
    [InlineData("/web/deep", "localhost", "exact path")]
    [InlineData("/elsewhere", "localhost", "catch-all")]
    [InlineData("/web/deep/x", "site.test", "host")]
    public async Task Route_SeveralMatch_MostSpecificServesWhateverTheOrder(string path, string host, string expected)
    {
        var snapshot = new TestSnapshot();
        var upstreams = new List<MockUpstream>();
        await AddAsync("catch-all", route => route with { Path = "/" });
        await AddAsync("deeper path", route => route with { Path = "/web/deep" });
        await AddAsync("exact path", route => route with { Path = "/web/deep", ExactPath = true });
        await AddAsync("host", route => route with { Path = "/", Hostnames = ["site.test"] });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };

        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        foreach (var upstream in upstreams) await upstream.DisposeAsync();

        async Task AddAsync(string name, Func<HttpRouteSpec, HttpRouteSpec> change)
        {
            var upstream = await MockUpstream.StartAsync();
            upstream.Answer(MockAnswer.Text(200, name));
            upstreams.Add(upstream);
            snapshot.Http(change(new HttpRouteSpec { Name = $"default/{name}", Listeners = [snapshot.Listener.Name], Pools = [new WeightedPoolSpec(snapshot.Pool(upstream.Port), 1)] }));
        }
    }

    [Theory]
    [InlineData(OpenAIPath, "{\"error\":{\"message\":")]
    [InlineData(AnthropicPath, "{\"type\":\"error\",")]
    public async Task RequestTimeout_NoAnswerInTime_Is504InTheDialectOfThePath(string path, string start)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Text(200, "in time"), MockAnswer.Silence());
        await using var gateway = await GatewayUnderTest.StartAsync(Snapshot(upstream.Port, route => route with { RequestTimeout = TimeSpan.FromSeconds(2) }));

        Assert.Equal("in time", await gateway.Client.GetStringAsync(new Uri(path, UriKind.Relative), deadline));
        var (response, body) = await gateway.AskAsync(path, "{}", ("x-request-id", "r-1"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("r-1", response.Headers.GetValues("x-request-id").Single());
        Assert.StartsWith(start, body, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"upstream_timeout\"", body, StringComparison.Ordinal);
        Assert.Contains("longer than its route allows", body, StringComparison.Ordinal);
        await upstream.WaitForDisconnectAsync(1, deadline);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Fact]
    public async Task RequestTimeout_AnswerHasBegun_IsCutAndNotEnded()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Text(200, "warm"), MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).StallAfter(Samples.ChatEvents[0].Length));
        await using var gateway = await GatewayUnderTest.StartAsync(Snapshot(upstream.Port, route => route with { RequestTimeout = TimeSpan.FromSeconds(2) }));
        await gateway.Client.GetStringAsync(s_path, deadline);

        using var running = await gateway.PostAsync(OpenAIPath, "{}");

        Assert.Equal(HttpStatusCode.OK, running.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => running.Content.ReadAsStringAsync(deadline));
        await upstream.WaitForDisconnectAsync(1, deadline);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Theory]
    [InlineData("route")]
    [InlineData("listener")]
    [InlineData("process")]
    public async Task StreamIdleTimeout_SilentBackend_Is504(string setBy)
    {
        var idle = TimeSpan.FromMilliseconds(300);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Silence());
        var snapshot = Snapshot(upstream.Port, route => setBy == "route" ? route with { StreamIdleTimeout = idle } : route);
        // Each limit is set one level below a limit that would fail the test's deadline.
        snapshot.Listener = snapshot.Listener with { StreamIdleTimeout = setBy switch { "route" => TimeSpan.FromHours(1), "listener" => idle, _ => null } };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot, options => With(options, options.Logs, setBy == "process" ? idle : TimeSpan.FromHours(1)));

        var (response, body) = await gateway.AskAsync(OpenAIPath, "{}");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Contains("\"code\":\"upstream_timeout\"", body, StringComparison.Ordinal);
        Assert.Contains("silent", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_Http2_IsSpokenWithPriorKnowledge()
    {
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true });
        await ExpectHttp2Async(upstream, pool => pool with { Http2 = true });
    }

    [Fact]
    public async Task Pool_Http2OverTlsWithAnotherName_SpeaksHttp2()
    {
        using var tls = UpstreamTls.Create();
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true, Tls = tls });
        await ExpectHttp2Async(upstream, pool => pool with { Http2 = true, Tls = new UpstreamTlsSpec { ServerName = "localhost", CaPem = [tls.AuthorityPem] } });
    }

    [Theory]
    [InlineData("no listener", 502, "upstream_unreachable")]
    [InlineData("closes", 502, "upstream_reset")]
    [InlineData("not http", 502, "upstream_invalid_response")]
    public async Task Backend_FailsBeforeItAnswers_IsToldInTheErrorForm(string how, int status, string code)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(how == "closes" ? MockAnswer.CloseAtOnce() : MockAnswer.Text(200, "x") with { StatusLine = "no status line at all" });
        await using var gateway = await GatewayUnderTest.StartAsync(Snapshot(how == "no listener" ? FreePort.Find() : upstream.Port));

        var (response, body) = await gateway.AskAsync(AnthropicPath, "{}");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith("{\"type\":\"error\",", body, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", body, StringComparison.Ordinal);
        Assert.Contains(response.Headers.GetValues("x-request-id").Single(), body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backend_AnswersWithAnError_PassesUnchanged()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Text(504, "the backend's own words"));
        await using var gateway = await GatewayUnderTest.StartAsync(Snapshot(upstream.Port));

        var (response, body) = await gateway.AskAsync(OpenAIPath, "{}");

        Assert.Equal((504, "the backend's own words"), ((int)response.StatusCode, body));
    }

    [Fact]
    public async Task Bug_InThePlainPipeline_IsAnsweredAndLoggedOnce()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Text(200, "fine"));
        await using var gateway = await GatewayUnderTest.StartAsync(Snapshot(upstream.Port), options => With(options, new BrokenForwarderLog(options.Logs), options.StreamIdleTimeout));

        var (response, body) = await gateway.AskAsync(OpenAIPath, "{}");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("\"code\":\"internal_error\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain(BrokenForwarderLog.Message, body, StringComparison.Ordinal);
        var entry = Assert.Single(gateway.Logs.Entries, entry => entry.Level >= LogLevel.Error);
        Assert.Equal(BrokenForwarderLog.Message, entry.Exception?.Message);
        Assert.Contains(response.Headers.GetValues("x-request-id").Single(), entry.Message, StringComparison.Ordinal);
    }

    private static async Task ExpectHttp2Async(MockUpstream upstream, Func<PoolSpec, PoolSpec> pool)
    {
        upstream.Answer(MockAnswer.Text(200, "two"));
        await using var gateway = await GatewayUnderTest.StartAsync(Snapshot(upstream.Port, pool: pool));

        var (response, body) = await gateway.AskAsync(OpenAIPath, "{}");

        Assert.Equal((200, "two"), ((int)response.StatusCode, body));
        Assert.Equal("HTTP/2", Assert.Single(upstream.Requests).Protocol);
    }

    private static TestSnapshot Snapshot(int port, Func<HttpRouteSpec, HttpRouteSpec>? change = null, Func<PoolSpec, PoolSpec>? pool = null)
    {
        var snapshot = new TestSnapshot();
        var route = new HttpRouteSpec { Name = "web", Listeners = [snapshot.Listener.Name], Pools = [new WeightedPoolSpec(snapshot.Pool(port, pool))] };
        return snapshot.Http(change is null ? route : change(route));
    }

    private static GatewayHostOptions With(GatewayHostOptions options, ILoggerFactory logs, TimeSpan idle) => new()
    {
        AdminPort = 0,
        DefaultAddresses = options.DefaultAddresses,
        Logs = logs,
        Telemetry = options.Telemetry,
        Environment = options.Environment,
        Sinks = options.Sinks,
        StreamIdleTimeout = idle,
    };

    /// <summary>A log that fails where the forwarder writes to it: an exception that no part of the pipeline expects.</summary>
    private sealed class BrokenForwarderLog(ILoggerFactory owner) : ILoggerFactory, ILogger
    {
        public const string Message = "the log is broken";

        public ILogger CreateLogger(string categoryName) => categoryName == "Yarp.ReverseProxy.Forwarder.HttpForwarder" ? this : owner.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider) => owner.AddProvider(provider);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException(Message);

        public void Dispose()
        {
        }
    }
}

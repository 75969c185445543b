using System.Net;
using System.Net.Sockets;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Routing;

public sealed class FallbackTests
{
    private static readonly MockAnswer s_good = MockAnswer.Json(200, Samples.ChatAnswer);

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Status_WithoutPolicy_GoesToTheNextPriorityWithItsOwnOverrides(int status)
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(status, """{"error":{}}"""));
        second.Answer(s_good);
        var snapshot = new TestSnapshot();
        snapshot.Rule("m",
        [
            snapshot.Backend(first.Port, change: backend => backend with { ModelNameOverride = "one", HeaderMutation = new HeaderMutationSpec { Set = [new("x-one", "1")], Remove = ["x-client"] } }),
            snapshot.Backend(second.Port, ProviderSchema.AzureOpenAI, backend => backend with { ModelNameOverride = "two" }, priority: 1),
        ]);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat, ("x-client", "original"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Samples.ChatAnswer, body);
        Assert.Equal("one", Assert.Single(first.Requests).Model);
        var retried = Assert.Single(second.Requests);
        Assert.Equal(("m", "/openai/deployments/two/chat/completions?api-version=2025-01-01-preview"), (retried.Model, retried.Target));
        Assert.Equal("original", retried.Headers["x-client"]);
        Assert.DoesNotContain(["x-one", "authorization"], retried.Headers.Contains);
        var record = await gateway.NextRecordAsync();
        Assert.Equal((2, "two", ExchangeOutcome.Succeeded), (record.Attempts, record.UpstreamModel, record.Outcome));
        Assert.Equal(Samples.ChatUsage, record.Usage);
        await gateway.ExpectNothingLeftAsync(first);
    }

    [Fact]
    public async Task Status_LastCandidateFails_ItsAnswerReachesTheClientWithRetryAfter()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.TooManyRequests(TimeSpan.FromSeconds(17), """{"error":{"message":"slow down"}}"""));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal("17", response.Headers.GetValues("retry-after").Single());
        Assert.Equal("""{"error":{"message":"slow down"}}""", body);
        var record = await gateway.NextRecordAsync();
        Assert.Equal((ExchangeOutcome.BackendFailed, 429, null), (record.Outcome, record.Status, record.ErrorCode));
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("reset")]
    [InlineData("silent")]
    [InlineData("broken JSON")]
    public async Task Failure_WithoutPolicy_FallsBack(string how)
    {
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(how switch { "reset" => MockAnswer.ResetAtOnce(), "silent" => MockAnswer.Silence(), _ => s_good.EndAfter(20) });
        second.Answer(s_good);
        var snapshot = new TestSnapshot();
        var port = how == "refused" ? FreePort.Find() : first.Port;
        snapshot.Rule("m", [snapshot.Backend(port), snapshot.Backend(second.Port, priority: 1)], rule => rule with { StreamIdleTimeout = TimeSpan.FromMilliseconds(400) });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Samples.ChatAnswer, body);
        var record = await gateway.NextRecordAsync();
        Assert.Equal((2, ExchangeOutcome.Succeeded), (record.Attempts, record.Outcome));
        await gateway.ExpectNothingLeftAsync(second);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public async Task Policy_Numbers_AreKept(int retries, int attempts)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(503, "{}"));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with
        {
            Retry = new RetrySpec { NumRetries = retries, StatusCodes = [503], BackOffBase = TimeSpan.FromMilliseconds(1), BackOffMax = TimeSpan.FromMilliseconds(2) },
        }));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal(attempts, upstream.Requests.Count);
        Assert.Equal(attempts, (await gateway.NextRecordAsync()).Attempts);
    }

    [Fact]
    public async Task Policy_StatusNotListed_IsNotRepeated()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(500, "{}"));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with { Retry = new RetrySpec { StatusCodes = [503] } }));

        await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Policy_PerTryTimeout_EndsTheAttemptAndNotTheRequest()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Enqueue(MockAnswer.Silence(), s_good);
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with
        {
            Retry = new RetrySpec { NumRetries = 1, OnReset = true, PerTryTimeout = TimeSpan.FromMilliseconds(300) },
        }));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(2, upstream.Requests.Count);
    }

    [Fact]
    public async Task RequestTimeout_CoversAllAttemptsAndTheStream()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).Cut(Samples.ChatEvents[0].Length).StallAfter(Samples.ChatEvents[0].Length));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, rule: rule => rule with { RequestTimeout = TimeSpan.FromMilliseconds(400) }));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.ChatStream);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("\"upstream_timeout\"", body, StringComparison.Ordinal);
        Assert.Equal(ExchangeOutcome.TimedOut, (await gateway.NextRecordAsync()).Outcome);
        Assert.Single(upstream.Requests);
    }

    [Fact]
    public async Task Backend_Unusable_IsSkippedAndTheRestServes()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(s_good);
        var snapshot = new TestSnapshot();
        snapshot.Rule("m", [snapshot.Backend(1, change: backend => backend with { Unusable = "secret missing" }), snapshot.Backend(upstream.Port, priority: 1)]);
        snapshot.Rule("alone", [snapshot.Backend(1, change: backend => backend with { Unusable = "secret missing", Pool = "gone" })]);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var (served, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);
        var (refused, body) = await gateway.AskAsync("/v1/chat/completions", """{"model":"alone"}""");

        Assert.Equal(200, (int)served.StatusCode);
        Assert.Equal(500, (int)refused.StatusCode);
        Assert.Contains("\"no_backend\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "Bearer planted-openai-key", 200)]
    [InlineData(true, " of-the-request ", "Bearer of-the-request", 200)]
    [InlineData(false, "of-the-request", "Bearer of-the-request", 200)]
    [InlineData(false, null, null, 401)]
    [InlineData(false, " ", null, 401)]
    public async Task Credential_Override_ReplacesFallsBackOrRefuses(bool fallback, string? given, string? sent, int status)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(s_good);
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port, backend: backend => backend with
        {
            Credential = backend.Credential! with { Override = new CredentialOverrideSpec("x-tenant-key", fallback) },
        }));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat, given is null ? [] : [("x-tenant-key", given)]);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 401) Assert.Contains("missing upstream credential", body, StringComparison.Ordinal);
        else Assert.Equal(sent, Assert.Single(upstream.Requests).Headers["authorization"]);
        Assert.All(upstream.Requests, request => Assert.False(request.Headers.Contains("x-tenant-key")));
    }

    [Fact]
    public async Task Upstream_UnixSocket_IsReached()
    {
        using var folder = TempFolder.Create();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder.File("model.sock")));
        listener.Listen();
        var serving = ServeOnceAsync(listener);
        var snapshot = new TestSnapshot();
        var pool = snapshot.Pool(0, spec => spec with { Endpoints = [new EndpointSpec { UnixPath = folder.File("model.sock") }] });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Rule("m", [snapshot.Backend(0, pool: pool)]));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("{}", body);
        Assert.Contains("POST /v1/chat/completions HTTP/1.1", await serving, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_ResolveOverride_GoesElsewhereWithTheSameHost()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(s_good);
        var snapshot = new TestSnapshot();
        var pool = snapshot.Pool(0, spec => spec with { Endpoints = [new EndpointSpec { Host = "api.provider.test", Port = 8080 }] });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Rule("m", [snapshot.Backend(0, pool: pool)]), options => new GatewayHostOptions
        {
            AdminPort = 0,
            DefaultAddresses = options.DefaultAddresses,
            Logs = options.Logs,
            Telemetry = options.Telemetry,
            Environment = options.Environment,
            Sinks = options.Sinks,
            Resolve = [new ResolveOverride("api.provider.test", 8080, new IPEndPoint(IPAddress.Loopback, upstream.Port))],
        });

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("api.provider.test:8080", Assert.Single(upstream.Requests).Headers["host"]);
    }

    [Theory]
    [InlineData("localhost", true, 200)]
    [InlineData("other.test", true, 502)]
    [InlineData("localhost", false, 502)]
    public async Task Upstream_Tls_IsVerified(string serverName, bool trusted, int status)
    {
        using var tls = UpstreamTls.Create();
        using var other = UpstreamTls.Create();
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls });
        upstream.Answer(s_good);
        var snapshot = new TestSnapshot();
        var pool = snapshot.Pool(upstream.Port, spec => spec with { Tls = new UpstreamTlsSpec { ServerName = serverName, CaPem = [trusted ? tls.AuthorityPem : other.AuthorityPem] } });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Rule("m", [snapshot.Backend(0, pool: pool)]));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 502) Assert.Contains("\"upstream_unreachable\"", body, StringComparison.Ordinal);
        if (status == 502) Assert.Empty(upstream.Requests);
    }

    private static async Task<string> ServeOnceAsync(Socket listener)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var socket = await listener.AcceptAsync(deadline);
        var request = new byte[16 * 1024];
        var read = await socket.ReceiveAsync(request, SocketFlags.None, deadline);
        await socket.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"u8.ToArray(), SocketFlags.None, deadline);
        return System.Text.Encoding.ASCII.GetString(request, 0, read);
    }
}

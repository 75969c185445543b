using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;

namespace AiGateway.Gateway.Tests.Operation;

public sealed class ReloadTests
{
    [Fact]
    public async Task Apply_RunningStream_EndsUnderItsOwnConfigurationAndNewRequestsUseTheNewOne()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var before = await MockUpstream.StartAsync();
        await using var after = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        before.Answer(MockAnswer.Sse(feed));
        after.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", before.Port));
        feed.Send(Samples.ChatEvents[0]);
        using var running = await gateway.PostAsync("/v1/chat/completions", Samples.ChatStream);

        await gateway.Host.ApplyAsync(new TestSnapshot().Route("m", after.Port).Build() with { Revision = "sha256:second" }, deadline);
        var (fresh, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);
        foreach (var item in Samples.ChatEvents[1..]) feed.Send(item);
        feed.Complete();

        Assert.Equal(Samples.Joined(Samples.ChatEvents), await running.Content.ReadAsStringAsync(deadline));
        Assert.Equal(200, (int)fresh.StatusCode);
        Assert.Single(before.Requests);
        Assert.Single(after.Requests);
        Assert.Equal("sha256:second", gateway.Host.Revision);
        Assert.Equal([ExchangeOutcome.Succeeded, ExchangeOutcome.Succeeded], [(await gateway.NextRecordAsync()).Outcome, (await gateway.NextRecordAsync()).Outcome]);
        await gateway.ExpectNothingLeftAsync(before);
    }

    [Fact]
    public async Task Apply_PortTurnsToTlsAndBack_ServesBothInTurn()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var tls = UpstreamTls.Create("localhost");
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var plain = new TestSnapshot { Listener = new ListenerSpec { Name = "default/gw/http", Port = FreePort.Find(), Addresses = ["127.0.0.1"] } }.Route("m", upstream.Port).Build();
        var secured = plain with { Revision = "sha256:tls", Listeners = [plain.Listeners[0] with { Tls = true, Certificates = [new CertificateSpec(tls.ServerPem, new SecretString(tls.ServerKeyPem))] }] };
        await using var gateway = await GatewayUnderTest.StartAsync(plain);

        foreach (var (snapshot, options) in new[] { (secured, tls.TrustingClient("localhost")), (plain with { Revision = "sha256:plain" }, null) })
        {
            await gateway.Host.ApplyAsync(snapshot, deadline);
            while (await StatusAsync(plain.Listeners[0].Port, options, deadline) != 200) await Task.Yield(); // Kestrel opens and closes sockets after the reload
        }
    }

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("127.0.0.1", "localhost")]
    public async Task Apply_TlsPoolChangesItsHost_CredentialNeverLeavesInPlainText(string before, string after)
    {
        using var tls = UpstreamTls.Create("localhost");
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls });
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(To(before));
        Assert.Equal(200, (int)(await gateway.AskAsync("/v1/chat/completions", Samples.Chat)).Response.StatusCode);

        await gateway.Host.ApplyAsync(To(after).Build() with { Revision = "sha256:second" }, TestContext.Current.CancellationToken);
        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(upstream.ProtocolErrors); // plain text would be one

        TestSnapshot To(string host)
        {
            var snapshot = new TestSnapshot();
            var pool = snapshot.Pool(upstream.Port, pool => pool with { Endpoints = [new EndpointSpec { Host = host, Port = upstream.Port }], Tls = new UpstreamTlsSpec { ServerName = "localhost", CaPem = [tls.AuthorityPem] } });
            return snapshot.Rule("m", [snapshot.Backend(0, pool: pool)]);
        }
    }

    [Fact]
    public async Task Apply_RequestBetweenTwoAttempts_StillReachesThePoolOfItsSnapshot()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        var held = new SyncPoint();
        first.Answer(MockAnswer.Json(503, "{}").HeldAt(held));
        second.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot();
        snapshot.Rule("m", [snapshot.Backend(first.Port, pool: snapshot.Pool(first.Port, pool => pool with { Name = "old/first" })), snapshot.Backend(second.Port, pool: snapshot.Pool(second.Port, pool => pool with { Name = "old/second" }), priority: 1)]);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        var asking = gateway.AskAsync("/v1/chat/completions", Samples.Chat);
        await held.WaitUntilReachedAsync(deadline);

        await gateway.Host.ApplyAsync(new TestSnapshot().Route("other", 1).Build(), deadline);
        held.Release();

        Assert.Equal(200, (int)(await asking).Response.StatusCode);
        Assert.Single(second.Requests);
    }

    public static TheoryData<string> BrokenSnapshots() => ["unknown pool", "unknown backend", "two pools of one name", "regular expression", "CEL", "schema generation", "port taken", "certificate"];

    [Theory]
    [MemberData(nameof(BrokenSnapshots))]
    public async Task Apply_SnapshotThatCannotBeUsed_KeepsTheLastGoodAndSaysSo(string defect)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        var revision = gateway.Host.Revision;
        var good = new TestSnapshot().Route("m", 1).Build();
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var broken = defect switch
        {
            "unknown pool" => good with { Pools = [] },
            "unknown backend" => good with { Backends = [] },
            "two pools of one name" => good with { Pools = [good.Pools[0], good.Pools[0]] },
            "regular expression" => good with { Routes = [good.Routes[0] with { Rules = [good.Routes[0].Rules[0] with { Matches = [new MatchSpec { Headers = [new HeaderMatchSpec("x", "(", IsRegex: true)] }] }] }] },
            "CEL" => good with { GlobalCosts = [new CostSpec("k", CostKind.Cel, "1 +")] },
            "schema generation" => good with { SchemaMajor = 99 },
            "port taken" => good with { Listeners = [.. good.Listeners, good.Listeners[0] with { Name = "default/gw/second", Port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port }] },
            _ => good with { Listeners = [.. good.Listeners, good.Listeners[0] with { Name = "default/gw/tls", Port = FreePort.Find(), Tls = true, Certificates = [new CertificateSpec("none", new SecretString("none"))] }] },
        };

        await Assert.ThrowsAnyAsync<Exception>(() => gateway.Host.ApplyAsync(broken with { Revision = "sha256:broken" }, TestContext.Current.CancellationToken));

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(revision, gateway.Host.Revision);
        Assert.Contains("result=\"rejected\"", gateway.Metrics(), StringComparison.Ordinal);
        using var admin = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var ready = await admin.GetAsync(new Uri($"http://127.0.0.1:{gateway.Host.AdminPort}/ready"), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)ready.StatusCode);
        Assert.Contains("ejected", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await gateway.Host.ApplyAsync(new TestSnapshot().Route("m", upstream.Port).Build() with { Revision = "sha256:good" }, TestContext.Current.CancellationToken);
        Assert.Equal("sha256:good", gateway.Host.Revision);
    }

    [Fact]
    public async Task Apply_ListenerAddedAndRemoved_OpensAndClosesItsPort()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        var plain = new TestSnapshot().Route("m", upstream.Port).Build();
        var port = FreePort.Find();
        var added = plain with
        {
            Listeners = [.. plain.Listeners, plain.Listeners[0] with { Name = "default/gw/second", Port = port }],
            Routes = [plain.Routes[0], plain.Routes[0] with { Name = "default/second", Listeners = ["default/gw/second"] }],
        };

        await gateway.Host.ApplyAsync(added, deadline);
        await UntilAsync(port, open: true, deadline);
        await using (var client = await RawHttpClient.ConnectAsync(port, deadline))
        {
            await client.PostJsonAsync("/v1/chat/completions", Samples.Chat, deadline);
            Assert.Equal(200, (await client.ReadResponseAsync(deadline)).Status);
        }

        await gateway.Host.ApplyAsync(plain, deadline);
        await UntilAsync(port, open: false, deadline);
        Assert.Equal(200, (int)(await gateway.AskAsync("/v1/chat/completions", Samples.Chat)).Response.StatusCode);
    }

    [Fact]
    public async Task Drain_RunningStreamFinishesAndNewRequestsAreTurnedAway()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        feed.Send(Samples.ChatEvents[0]);
        using var running = await gateway.PostAsync("/v1/chat/completions", Samples.ChatStream);

        var draining = gateway.Host.DrainAsync(TestDeadline.Default, deadline);
        var (refused, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("retry-after").Single());
        Assert.Contains("\"draining\"", body, StringComparison.Ordinal);
        Assert.False(draining.IsCompleted);
        foreach (var item in Samples.ChatEvents[1..]) feed.Send(item);
        feed.Complete();
        await draining;

        Assert.Equal(Samples.Joined(Samples.ChatEvents), await running.Content.ReadAsStringAsync(deadline));
        Assert.Equal([ExchangeOutcome.Succeeded, ExchangeOutcome.Rejected], new[] { (await gateway.NextRecordAsync()).Outcome, (await gateway.NextRecordAsync()).Outcome }.Order());
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Fact]
    public async Task Drain_TimeIsUp_StreamEndsWithAnErrorEvent()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).StallAfter(Samples.ChatEvents[0].Length));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        using var running = await gateway.PostAsync("/v1/chat/completions", Samples.ChatStream);

        await gateway.Host.DrainAsync(TimeSpan.FromMilliseconds(50), deadline);

        Assert.Contains("\"draining\"", await running.Content.ReadAsStringAsync(deadline), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_PlainStream_FinishesAndNewPlainRequestsAreTurnedAway()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var gateway = await GatewayUnderTest.StartAsync(Plain(upstream.Port));
        feed.Send("one ");
        using var running = await gateway.PostAsync("/web", "{}");
        Assert.Equal(1, gateway.Host.ActiveExchanges);

        var draining = gateway.Host.DrainAsync(TestDeadline.Default, deadline);
        var (refused, body) = await gateway.AskAsync("/web", "{}");
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("retry-after").Single());
        Assert.Contains("\"draining\"", body, StringComparison.Ordinal);
        Assert.False(draining.IsCompleted);
        feed.Send("two");
        feed.Complete();
        await draining;

        Assert.Equal("one two", await running.Content.ReadAsStringAsync(deadline));
        Assert.Single(upstream.Requests);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    [Fact]
    public async Task Drain_TimeIsUp_PlainStreamIsCutAndWaitingRequestGets503()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.ForPath("/web/stream", MockAnswer.Sse("one two").StallAfter(4)).ForPath("/web/silent", MockAnswer.Silence());
        await using var gateway = await GatewayUnderTest.StartAsync(Plain(upstream.Port));
        using var running = await gateway.PostAsync("/web/stream", "{}");
        var waiting = gateway.AskAsync("/web/silent", "{}");
        await upstream.WaitUntilAsync(seen => seen.Requests.Count == 2, deadline);

        await gateway.Host.DrainAsync(TimeSpan.FromMilliseconds(50), deadline);

        await Assert.ThrowsAsync<HttpRequestException>(() => running.Content.ReadAsStringAsync(deadline));
        var (refused, body) = await waiting;
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Contains("\"draining\"", body, StringComparison.Ordinal);
        await upstream.WaitForDisconnectAsync(0, deadline);
        await upstream.WaitForDisconnectAsync(1, deadline);
        await gateway.ExpectNothingLeftAsync(upstream);
    }

    private static TestSnapshot Plain(int port)
    {
        var snapshot = new TestSnapshot();
        return snapshot.Http(new HttpRouteSpec { Name = "web", Listeners = [snapshot.Listener.Name], Path = "/web", Pools = [new WeightedPoolSpec(snapshot.Pool(port))] });
    }

    /// <returns>Null while the port is closed or speaks otherwise.</returns>
    private static async Task<int?> StatusAsync(int port, SslClientAuthenticationOptions? tls, CancellationToken deadline)
    {
        try
        {
            await using var client = await RawHttpClient.ConnectAsync(port, tls, deadline);
            await client.PostJsonAsync("/v1/chat/completions", Samples.Chat, deadline);
            return (await client.ReadResponseAsync(deadline)).Status;
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or WireException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(int port, bool open, CancellationToken deadline)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20)); // the kernel announces neither
        while (await CanConnectAsync(port, deadline) != open) await timer.WaitForNextTickAsync(deadline);
    }

    private static async Task<bool> CanConnectAsync(int port, CancellationToken deadline)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(System.Net.IPAddress.Loopback, port, deadline);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

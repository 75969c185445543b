using System.Net;
using System.Net.WebSockets;
using System.Text;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;
using AiGateway.TestSupport.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AiGateway.Gateway.Tests.Operation;

public sealed class ListenerTests
{
    [Fact]
    public async Task Port_Plain_SpeaksHttp1AndHttp2WithPriorKnowledge()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Sse(Samples.Joined(Samples.ChatEvents)).CutEvery(20));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));
        using var h2 = Http2Client.Create(gateway.Port);
        using var content = new StringContent(Samples.ChatStream);

        using var second = await h2.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var (first, body) = await gateway.AskAsync("/v1/chat/completions", Samples.ChatStream);

        Assert.Equal((HttpVersion.Version20, HttpVersion.Version11), (second.Version, first.Version));
        Assert.Equal(Samples.Joined(Samples.ChatEvents), await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Samples.Joined(Samples.ChatEvents), body);
    }

    [Fact]
    public async Task Upstream_Http2_IsSpokenWithPriorKnowledge()
    {
        await using var upstream = await MockUpstream.StartAsync(new MockUpstreamOptions { Http2 = true });
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot();
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot.Rule("m", [snapshot.Backend(0, pool: snapshot.Pool(upstream.Port, pool => pool with { Http2 = true }))]));

        var (response, body) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat);

        Assert.Equal((200, Samples.ChatAnswer), ((int)response.StatusCode, body));
        Assert.Equal("HTTP/2", Assert.Single(upstream.Requests).Protocol);
    }

    [Fact]
    public async Task Port_Tls_ChoosesTheCertificateByServerName()
    {
        using var one = UpstreamTls.Create("one.test");
        using var two = UpstreamTls.Create("two.test");
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot().Route("m", upstream.Port);
        snapshot.Listener = snapshot.Listener with { Tls = true, Certificates = [Pem(one), Pem(two)] };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        foreach (var (name, tls) in new[] { ("one.test", one), ("two.test", two) })
        {
            await using var client = await RawHttpClient.ConnectAsync(gateway.Port, tls.TrustingClient(name), TestContext.Current.CancellationToken);
            await client.PostJsonAsync("/v1/chat/completions", Samples.Chat, TestContext.Current.CancellationToken);
            Assert.Equal(200, (await client.ReadResponseAsync(TestContext.Current.CancellationToken)).Status);
        }
    }

    [Fact]
    public async Task Port_Tls_SendsTheIntermediateCertificates()
    {
        using var tls = UpstreamTls.CreateWithIntermediate("one.test");
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var snapshot = new TestSnapshot().Route("m", upstream.Port);
        snapshot.Listener = snapshot.Listener with { Tls = true, Certificates = [Pem(tls)] };
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        await using var client = await RawHttpClient.ConnectAsync(gateway.Port, tls.TrustingClient("one.test"), TestContext.Current.CancellationToken);
        await client.PostJsonAsync("/v1/chat/completions", Samples.Chat, TestContext.Current.CancellationToken);

        Assert.Equal(200, (await client.ReadResponseAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Ports_Several_ServeTheirOwnRoutes()
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        var (a, b) = (FreePort.Find(), FreePort.Find());
        var plain = new TestSnapshot().Route("m", upstream.Port).Build();
        ListenerSpec Listener(string name, int port, string? host = null) => plain.Listeners[0] with { Name = name, Port = port, Hostname = host };
        await using var gateway = await GatewayUnderTest.StartAsync(plain with
        {
            Listeners = [Listener("l/a", a, "*.host.test"), Listener("l/exact", a, "api.host.test"), Listener("l/b", b)],
            Routes = [plain.Routes[0] with { Listeners = ["l/exact"] }],
            HttpRoutes = [new HttpRouteSpec { Name = "web", Listeners = ["l/b"], Path = "/web", Pools = [new WeightedPoolSpec(plain.Pools[0].Name)] }],
        });

        Assert.Equal(200, await StatusAsync(a, "api.host.test", "/v1/chat/completions"));
        Assert.Equal(404, await StatusAsync(a, "other.host.test", "/v1/chat/completions"));
        Assert.Equal(404, await StatusAsync(b, "api.host.test", "/v1/chat/completions"));
        Assert.Equal(200, await StatusAsync(b, "api.host.test", "/web/x"));
        Assert.Equal(404, await StatusAsync(a, "api.host.test", "/web/x"));
        Assert.Equal(404, await StatusAsync(a, "api.host.test", "/web/x", "x-aigw-listener: l/b\r\n"));
        Assert.All(upstream.Requests, request => Assert.False(request.Headers.Contains("x-aigw-listener")));
    }

    [Fact]
    public async Task HttpRoute_Plain_PassesBytesAndSharesByWeight()
    {
        await using var one = await MockUpstream.StartAsync();
        await using var two = await MockUpstream.StartAsync();
        one.Answer(MockAnswer.Text(200, "one"));
        two.Answer(MockAnswer.Text(200, "two"));
        var snapshot = new TestSnapshot();
        snapshot.Http(new HttpRouteSpec { Name = "web", Listeners = [snapshot.Listener.Name], Path = "/web", Pools = [new WeightedPoolSpec(snapshot.Pool(one.Port), 3), new WeightedPoolSpec(snapshot.Pool(two.Port), 1), new WeightedPoolSpec(snapshot.Pool(1), 0)] });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        var counts = new Dictionary<string, int> { ["one"] = 0, ["two"] = 0 };

        for (var i = 0; i < 200; i++) counts[await gateway.Client.GetStringAsync(new Uri("/web/a%20b?x=%2F", UriKind.Relative), TestContext.Current.CancellationToken)]++;

        Assert.InRange(counts["one"], 120, 180); // five standard deviations around 150
        Assert.Equal("/web/a%20b?x=%2F", one.Requests[0].Target);
        Assert.False(gateway.HasMoreRecords);
    }

    [Fact]
    public async Task HttpRoute_WebSocket_Echoes()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var echo = await StartEchoAsync(deadline);
        var snapshot = new TestSnapshot();
        snapshot.Http(new HttpRouteSpec { Name = "ws", Listeners = [snapshot.Listener.Name], Path = "/ws", Pools = [new WeightedPoolSpec(snapshot.Pool(new Uri(echo.Urls.First()).Port))] });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);
        using var socket = new ClientWebSocket();

        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{gateway.Port}/ws"), deadline);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, deadline);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, deadline);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    private static async Task<WebApplication> StartEchoAsync(CancellationToken deadline)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var echo = builder.Build();
        echo.UseWebSockets();
        echo.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        await echo.StartAsync(deadline);
        return echo;
    }

    private static async Task<int> StatusAsync(int port, string host, string path, string headers = "")
    {
        await using var client = await RawHttpClient.ConnectAsync(port, TestContext.Current.CancellationToken);
        await client.SendAsync($"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 13\r\n{headers}\r\n{{\"model\":\"m\"}}", TestContext.Current.CancellationToken);
        return (await client.ReadResponseAsync(TestContext.Current.CancellationToken)).Status;
    }

    private static CertificateSpec Pem(UpstreamTls tls) => new(tls.ServerPem, new SecretString(tls.ServerKeyPem));
}

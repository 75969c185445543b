using System.Net;
using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>TLS on both sides of a real Envoy.</summary>
public sealed class EnvoyTlsTests
{
    [Fact]
    public async Task PlainBackendThatFails_IsFollowedByOneWithTls_ForAClientWithHttp2()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var tls = UpstreamTls.Create();
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var plain = await MockUpstream.StartAsync();
        plain.Answer(MockAnswer.Json(500, "{}"));
        await using var secure = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls });
        secure.Answer(MockAnswer.Json(200, """{"from":"secure"}"""));
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", plain.Port, new EnvoyBackend(secure.Port, tls)).OnTls(tls), processor.Port, deadline, tls);

        using var answer = await envoy.Client.SendAsync(Chat(), deadline);

        Assert.Equal(HttpVersion.Version20, answer.Version);
        Assert.Equal("""{"from":"secure"}""", await answer.Content.ReadAsStringAsync(deadline));
        Assert.Single(plain.Requests);
    }

    [Fact]
    public async Task BackendsOfBothVersions_WithTls_AreReachedInOneRule()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var tls = UpstreamTls.Create();
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var one = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls });
        one.Answer(MockAnswer.Json(500, "{}"));
        await using var two = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls, Http2 = true });
        two.Answer(MockAnswer.Json(200, """{"from":"two"}"""));
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", new EnvoyBackend(one.Port, tls), new EnvoyBackend(two.Port, tls)).On, processor.Port, deadline);

        using var answer = await envoy.Client.SendAsync(Chat(), deadline);

        Assert.Equal("""{"from":"two"}""", await answer.Content.ReadAsStringAsync(deadline));
        Assert.Equal("HTTP/1.1", Assert.Single(one.Requests).Protocol);
        Assert.Equal("HTTP/2", Assert.Single(two.Requests).Protocol);
    }

    [Theory]
    [InlineData(true, "other.example.com")] // the right authority, another name
    [InlineData(false, "localhost")] // the right name, another authority
    public async Task Backend_WhoseCertificateDoesNotFit_GetsNoRequest(bool rightAuthority, string serverName)
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var tls = UpstreamTls.Create();
        using var stranger = UpstreamTls.Create();
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var provider = await MockUpstream.StartAsync(new MockUpstreamOptions { Tls = tls });
        var backend = new EnvoyBackend(provider.Port, rightAuthority ? tls : stranger, serverName);
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", backend).On, processor.Port, deadline);

        using var answer = await envoy.Client.SendAsync(Chat(), deadline);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Empty(provider.Requests);
        var entry = await envoy.LogEntryAsync(answer.Headers.GetValues("x-request-id").Single(), deadline);
        Assert.Contains("CERTIFICATE_VERIFY_FAILED", entry.GetProperty("upstream_transport_failure_reason").GetString(), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Chat() => new(HttpMethod.Post, "/v1/chat/completions")
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        Content = new StringContent("""{"model":"m","messages":[]}""", Encoding.UTF8, "application/json"),
    };
}

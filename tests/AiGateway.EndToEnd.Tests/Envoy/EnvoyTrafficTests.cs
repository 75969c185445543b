using System.Globalization;
using System.Net;
using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Envoy;

/// <summary>What requests meet in a real Envoy with a translated configuration.</summary>
public sealed class EnvoyTrafficTests
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task PlainRoute_WithoutAService_PassesRequestsUnchanged()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var site = await MockUpstream.StartAsync();
        site.Answer(MockAnswer.Text(200, "hello"));
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Plain(site.Port).On, FreePort.Find(), deadline);

        using var answer = await envoy.Client.PostAsync("/any//path?q=1", new StringContent("abc"), deadline);

        Assert.Equal("hello", await answer.Content.ReadAsStringAsync(deadline));
        var request = await site.NextRequestAsync(deadline);
        Assert.Equal("/any//path?q=1", request.Target);
        Assert.Equal("abc", request.BodyText);
        Assert.Equal($"127.0.0.1:{site.Port.ToString(CultureInfo.InvariantCulture)}", request.Headers["host"]);
    }

    [Theory]
    [InlineData(Chat, null)]
    [InlineData(Chat, "m")] // a client that names a route by itself
    [InlineData("/v1/models", null)]
    [InlineData("/v1/models/some/model", null)]
    [InlineData("/anthropic/v1/messages/", null)]
    public async Task AiPath_WhenNoServiceListens_IsAnswered500AndReachesNobody(string path, string? spoofedModel)
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var site = await MockUpstream.StartAsync();
        await using var provider = await MockUpstream.StartAsync();
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Plain(site.Port).Model("m", provider.Port).On, FreePort.Find(), deadline);
        using var request = ChatRequest("m", path);
        if (spoofedModel is not null) request.Headers.Add("X-AI-EG-Model", spoofedModel);

        using var answer = await envoy.Client.SendAsync(request, deadline);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(site.Requests);
        Assert.Empty(provider.Requests);
        var entry = await envoy.LogEntryAsync(answer.Headers.GetValues("x-request-id").Single(), deadline);
        Assert.StartsWith("ext_proc_error", entry.GetProperty("response_code_details").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeadersOfTheGateway_SentByAClient_ChooseNoRoute()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var site = await MockUpstream.StartAsync();
        site.Answer(MockAnswer.Text(200, "site"));
        await using var provider = await MockUpstream.StartAsync();
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Plain(site.Port).Model("m", provider.Port).On, FreePort.Find(), deadline);
        using var request = ChatRequest("m", "/elsewhere");
        request.Headers.Add("x-ai-eg-model", "m");
        request.Headers.Add("x-envoy-upstream-rq-timeout-ms", "1");

        using var answer = await envoy.Client.SendAsync(request, deadline);

        Assert.Equal("site", await answer.Content.ReadAsStringAsync(deadline));
        Assert.Empty(provider.Requests);
        var received = await site.NextRequestAsync(deadline);
        Assert.DoesNotContain("x-ai-eg-model", Encoding.ASCII.GetString(received.Head.Span), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Model_NamedByTheService_IsRoutedWithTheServicesBodyAndLength()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Json(200, """{"ok":true}"""));
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", provider.Port).On, processor.Port, deadline);
        using var request = ChatRequest("m", Chat);
        request.Headers.Add("x-ai-eg-model", "other");
        request.Headers.Add("agent-session-id", "session-1");

        using var answer = await envoy.Client.SendAsync(request, deadline);

        Assert.Equal("""{"ok":true}""", await answer.Content.ReadAsStringAsync(deadline));
        Assert.DoesNotContain("x-ai-eg-model", Assert.Single(processor.ClientHeaders).Keys);
        var attempt = Assert.Single(processor.Attempts);
        var requestId = answer.Headers.GetValues("x-request-id").Single();
        Assert.Equal(new ProcessedAttempt(requestId, "default/m-0/route/m/rule/0/ref/0", $"127.0.0.1:{provider.Port.ToString(CultureInfo.InvariantCulture)}", "default/m"), attempt);
        var received = await provider.NextRequestAsync(deadline);
        Assert.Equal(ScriptedProcessor.RewrittenPath, received.Target);
        Assert.Equal($$"""{"to":"{{attempt.Backend}}"}""", received.BodyText);
        Assert.Equal(received.Body.Length.ToString(CultureInfo.InvariantCulture), received.Headers["content-length"]);

        var entry = await envoy.LogEntryAsync(requestId, deadline);
        Assert.Equal("/v1/chat/completions", entry.GetProperty("x-envoy-origin-path").GetString()); // the client's, whatever the service made of it
        Assert.Equal(attempt.Backend, entry.GetProperty("aigateway.backend").GetString());
        Assert.Equal("17", entry.GetProperty("tokens_in").ToString()); // under the key that the route gave it
        Assert.Equal("session-1", entry.GetProperty("session.id").GetString());
    }

    [Fact]
    public async Task Model_ThatNoRouteServes_IsAnswered404InTheDialectOfThePath()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var provider = await MockUpstream.StartAsync();
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", provider.Port).On, processor.Port, deadline);

        using var answer = await envoy.Client.SendAsync(ChatRequest("unknown", "/anthropic/v1/messages"), deadline);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        var error = System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync(deadline));
        Assert.Equal("not_found_error", error.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(answer.Headers.GetValues("x-request-id").Single(), error.GetProperty("request_id").GetString());
        Assert.Empty(provider.Requests);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    public async Task FirstPriority_ThatFails_IsFollowedByTheNextWithItsOwnCredential(int status)
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var first = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(status, "{}"));
        await using var second = await MockUpstream.StartAsync();
        second.Answer(MockAnswer.Json(200, """{"from":"second"}"""));
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", first.Port, second.Port).On, processor.Port, deadline);

        using var answer = await envoy.Client.SendAsync(ChatRequest("m", Chat), deadline);

        Assert.Equal("""{"from":"second"}""", await answer.Content.ReadAsStringAsync(deadline));
        Assert.Equal(["default/m-0/route/m/rule/0/ref/0", "default/m-1/route/m/rule/0/ref/1"], processor.Attempts.Select(attempt => attempt.Backend));
        Assert.Equal("key-of-default/m-1/route/m/rule/0/ref/1", (await second.NextRequestAsync(deadline)).Headers["authorization"]);
        Assert.Single(first.Requests);
    }

    [Fact]
    public async Task OnlyBackend_ThatFails_IsTriedOnceAndItsAnswerPasses()
    {
        var run = RealParts.Shared("envoy");
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var processor = await ScriptedProcessor.StartAsync();
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Json(503, """{"from":"provider"}"""));
        await using var envoy = await EnvoyServer.StartAsync(run, new EnvoyManifest().Model("m", provider.Port).On, processor.Port, deadline);

        using var answer = await envoy.Client.SendAsync(ChatRequest("m", Chat), deadline);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("""{"from":"provider"}""", await answer.Content.ReadAsStringAsync(deadline));
        Assert.Single(provider.Requests);
    }

    private static HttpRequestMessage ChatRequest(string model, string path) => new(HttpMethod.Post, path)
    {
        Content = new StringContent($$"""{"model":"{{model}}","messages":[]}""", Encoding.UTF8, "application/json"),
    };
}

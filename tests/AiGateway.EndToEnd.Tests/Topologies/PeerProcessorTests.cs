using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>Our processor where Envoy was set up for the peer's: its bootstrap, its flags, its document.</summary>
public sealed class PeerProcessorTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Answer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}""";

    [Fact]
    public async Task Chat_BehindThePeersBootstrap_IsServedAndAccounted()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Json(200, Answer));
        await using var origin = await PeerOrigin.StartAsync(Document("key-1"), [("m", [("openai", provider.Port)])], deadline);
        const string Body = """{"model":"m",  "messages":[]}""";

        using var response = await origin.Client.SendAsync(Request(Body, "chat-1"), deadline);

        Assert.Equal((HttpStatusCode.OK, Answer), (response.StatusCode, await response.Content.ReadAsStringAsync(deadline)));
        var received = Assert.Single(provider.Requests);
        Assert.Equal("Bearer key-1", received.Headers["authorization"]);
        Assert.Equal("blue", received.Headers["x-team"]);
        Assert.Equal(("/v1beta/openai/chat/completions", Body), (received.Target, received.BodyText));
        var facts = (await origin.Envoy.LogEntryAsync("chat-1", deadline)).GetProperty("facts");
        Assert.Equal(9, facts.GetProperty("used_token").GetInt32()); // the route's
        Assert.Equal(4, facts.GetProperty("quota_cost").GetInt32()); // the route's for this backend
        Assert.Equal(13, facts.GetProperty("all_token").GetInt32()); // the gateway's
        Assert.Equal((PeerBootstrap.Route, "openai"), (facts.GetProperty("route_name").GetString(), facts.GetProperty("backend_name").GetString()));
    }

    [Fact]
    public async Task Stream_BehindThePeersBootstrap_IsChunkedWithoutTheUsageNobodyAskedFor()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Sse(
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
            + "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}\n\ndata: [DONE]\n\n").CutEvery(7));
        await using var origin = await PeerOrigin.StartAsync(Document("key-1"), [("m", [("openai", provider.Port)])], deadline);

        using var response = await origin.Client.SendAsync(Request("""{"model":"m","stream":true,"messages":[]}""", "stream-1"), deadline);

        var text = await response.Content.ReadAsStringAsync(deadline);
        Assert.Contains("\"content\":\"a\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("usage", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Equal(13, (await origin.Envoy.LogEntryAsync("stream-1", deadline)).GetProperty("facts").GetProperty("all_token").GetInt32());
    }

    [Fact]
    public async Task Models_AndUnknownModels_AreAnsweredFromTheDocument()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var origin = await PeerOrigin.StartAsync(Document("key-1"), [("m", [("openai", FreePort.Find())])], deadline);

        var models = JsonElement.Parse(await origin.Client.GetStringAsync(new Uri("/v1/models", UriKind.Relative), deadline));
        using var unknown = await origin.Client.SendAsync(Request("""{"model":"nobody","messages":[]}""", "unknown-1"), deadline);
        using var unserved = await origin.Client.PostAsync(new Uri("/v1/nothing", UriKind.Relative), null, deadline);

        Assert.Equal("listed", Assert.Single(models.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (unknown.StatusCode, unserved.StatusCode));
        Assert.Equal("model_not_found", JsonElement.Parse(await unknown.Content.ReadAsStringAsync(deadline)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Fallback_ToABackendOfAnotherSchema_HasItsPathCredentialAndModel()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, "{}"));
        second.Answer(MockAnswer.Json(200, Answer));
        await using var origin = await PeerOrigin.StartAsync(Document("key-1"), [("m", [("openai", first.Port), ("azure", second.Port)])], deadline);

        using var response = await origin.Client.SendAsync(Request("""{"model":"m","messages":[]}""", "fallback-1"), deadline);

        Assert.Equal((HttpStatusCode.OK, Answer), (response.StatusCode, await response.Content.ReadAsStringAsync(deadline)));
        Assert.Equal("Bearer key-1", Assert.Single(first.Requests).Headers["authorization"]);
        var served = Assert.Single(second.Requests);
        Assert.Equal("/openai/deployments/other-model/chat/completions?api-version=2025-01-01-preview", served.Target);
        Assert.Equal("Bearer entra-token", served.Headers["authorization"]);
        Assert.Null(served.Headers["x-team"]); // the first backend's
        var facts = (await origin.Envoy.LogEntryAsync("fallback-1", deadline)).GetProperty("facts");
        Assert.Equal(("azure", "other-model", 2), (facts.GetProperty("backend_name").GetString(), facts.GetProperty("model_name_override").GetString(), facts.GetProperty("attempts").GetInt32()));
        Assert.False(facts.TryGetProperty("quota_cost", out _)); // the other backend's
    }

    [Fact]
    public async Task Document_ReplacedUnderTraffic_LosesNoRequest()
    {
        const int Clients = 8;
        const int Swaps = 5;
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Json(200, Answer));
        await using var origin = await PeerOrigin.StartAsync(Document("key-0"), [("m", [("openai", provider.Port)])], deadline);
        var seen = 0; // swap whose key has arrived
        var statuses = new System.Collections.Concurrent.ConcurrentBag<HttpStatusCode>();

        var traffic = Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Volatile.Read(ref seen) < Swaps)
            {
                using var response = await origin.Client.SendAsync(Request("""{"model":"m","messages":[]}""", "swap"), deadline);
                Assert.Equal(Answer, await response.Content.ReadAsStringAsync(deadline));
                statuses.Add(response.StatusCode);
            }
        }).ToArray();
        for (var swap = 0; swap <= Swaps; swap++)
        {
            if (swap > 0) origin.Replace(Document($"key-{swap}"));
            await Processes.Eventually.GetAsync<object>(() => provider.Requests.Any(request => request.Headers["authorization"] == $"Bearer key-{swap}") ? true : null, () => $"key {swap} in use", deadline);
            Volatile.Write(ref seen, swap);
        }

        await Task.WhenAll(traffic);
        Assert.All(statuses, static status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(Enumerable.Range(0, Swaps + 1).Select(static swap => $"Bearer key-{swap}"), provider.Requests.Select(static request => request.Headers["authorization"]).Distinct().Order(StringComparer.Ordinal));
    }

    private static string Document(string key) =>
        $$"""
        version: v1.1.0
        uuid: {{Guid.CreateVersion7()}}
        globalLLMRequestCosts:
        - {metadataKey: all_token, type: TotalToken}
        - {metadataKey: used_token, type: TotalToken}
        llmRequestCosts:
        - {metadataKey: used_token, routeName: {{PeerBootstrap.Route}}, type: InputToken}
        - {metadataKey: quota_cost, routeName: {{PeerBootstrap.Route}}, backend: openai, type: CEL, cel: output_tokens}
        backends:
        - name: openai
          schema: {name: OpenAI, prefix: v1beta/openai}
          auth: {apiKey: {key: {{key}} } }
          httpHeaderMutation: {set: [{name: x-team, value: blue}]}
        - name: azure
          modelNameOverride: other-model
          schema: {name: AzureOpenAI, version: 2025-01-01-preview}
          auth: {azure: {accessToken: entra-token} }
        models:
        - {Name: listed, OwnedBy: me, CreatedAt: "2025-01-01T00:00:00Z"}

        """;

    private static HttpRequestMessage Request(string body, string id)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-request-id", id);
        return request;
    }
}

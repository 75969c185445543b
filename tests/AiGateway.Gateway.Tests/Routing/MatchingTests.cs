using System.Text.Json;
using AiGateway.Contracts;
using AiGateway.Contracts.Snapshots;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Routing;

public sealed class MatchingTests
{
    [Theory]
    [InlineData("gpt-5-mini", null, "regex")]
    [InlineData("gpt-5", null, "exact")]
    [InlineData("gpt-5", "beta", "tier")]
    [InlineData("gpt-5", "beta2", "exact")]
    [InlineData("anything", null, "rest")]
    public async Task Rule_MostSpecificMatch_Wins(string model, string? tier, string expected)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, "{}"));
        var snapshot = new TestSnapshot();
        BackendRefSpec To(string name) => snapshot.Backend(upstream.Port, change: backend => backend with { ModelNameOverride = name });
        snapshot.Rule(null, [To("rest")]);
        snapshot.Rule(null, [To("regex")], rule => rule with { Matches = [new MatchSpec { Headers = [new HeaderMatchSpec("x-ai-eg-model", "gpt-5-.+", IsRegex: true)] }] });
        snapshot.Rule("gpt-5", [To("exact")]);
        snapshot.Rule("gpt-5", [To("tier")], rule => rule with { Matches = [new MatchSpec { Headers = [.. rule.Matches[0].Headers, new HeaderMatchSpec("x-tier", "beta", IsRegex: false)] }] });
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        await gateway.AskAsync("/v1/chat/completions", $$"""{"model":"{{model}}"}""", tier is null ? [("x-ai-eg-model", "gpt-5")] : [("x-tier", tier)]);

        Assert.Equal(expected, Assert.Single(upstream.Requests).Model);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "unsupported_endpoint", "error.code")]
    [InlineData("/v1/completions", "unsupported_endpoint", "error.code")]
    [InlineData("/cohere/v2/rerank", "unsupported_endpoint", "code")]
    [InlineData("/anthropic/v1/messages", "unsupported_endpoint", "error.code")]
    public async Task Pair_Unsupported_Is400InTheDialect(string path, string code, string place)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", 1, path.Contains("anthropic", StringComparison.Ordinal) ? ProviderSchema.Cohere : ProviderSchema.Anthropic));

        var (response, body) = await gateway.AskAsync(path, """{"model":"m"}""");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(code, Text(body, place));
        Assert.Equal(ExchangeOutcome.Rejected, (await gateway.NextRecordAsync()).Outcome);
    }

    [Theory]
    [InlineData("POST", "/v1/unknown", 404, "error.code", "unknown_path")]
    [InlineData("POST", "/v1/chat/completions/x", 404, "error.code", "unknown_path")]
    [InlineData("GET", "/anthropic/nothing", 404, "error.type", "not_found_error")]
    [InlineData("GET", "/cohere/nothing", 404, "code", "unknown_path")]
    [InlineData("GET", "/v1/chat/completions", 405, "error.code", "method_not_allowed")]
    [InlineData("DELETE", "/anthropic/v1/messages", 405, "error.code", "method_not_allowed")]
    [InlineData("PUT", "/cohere/v2/rerank", 405, "code", "method_not_allowed")]
    [InlineData("DELETE", "/v1/models", 405, "error.code", "method_not_allowed")]
    [InlineData("POST", "/v1/chat/completions", 404, "error.code", "model_not_found")]
    [InlineData("POST", "/anthropic/v1/messages", 404, "error.code", "model_not_found")]
    public async Task Request_ThatNothingServes_SaysSoInTheDialect(string method, string path, int status, string place, string expected)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", 1));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST") request.Content = new StringContent("""{"model":"other"}""");

        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(expected, Text(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), place));
        if (status == 405) Assert.Equal(path == "/v1/models" ? "GET" : "POST", Assert.Single(response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"a","messages":[]}""", 400, "both")]
    [InlineData("""{"model":"m"}""", 400, "neither")]
    [InlineData("""{"prompt":"a"}""", 400, "model is required")]
    [InlineData("""{"model":"m","messages":[],"continue_final_message":true}""", 400, "add_generation_prompt")]
    [InlineData("""{"model":"m","messages":[],"continue_final_message":true,"add_generation_prompt":false}""", 200, "")]
    [InlineData("""{"model":"m","prompt":"a"}""", 200, "")]
    public async Task Tokenize_Rules_AreChecked(string body, int status, string reason)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, """{"count":7,"tokens":[1]}"""));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", upstream.Port));

        var (response, answer) = await gateway.AskAsync("/tokenize", body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(reason, answer, StringComparison.Ordinal);
        if (status == 200) Assert.Equal(7, (await gateway.NextRecordAsync()).Usage.Input);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "multipart/form-data; boundary=B", "multipart body not supported")]
    [InlineData("/v1/audio/transcriptions", "application/json", "expected multipart/form-data content type for /v1/audio/transcriptions")]
    [InlineData("/v1/audio/translations", "multipart/form-data; boundary=B", "the boundary")]
    public async Task Body_OfTheWrongKind_Is400(string path, string contentType, string reason)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route("m", 1));
        using var content = new StringContent("""{"model":"m"}""");
        content.Headers.Remove("content-type");
        content.Headers.TryAddWithoutValidation("content-type", contentType);

        using var response = await gateway.Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_List_IsConfigurationOrderWithoutDuplicates()
    {
        var created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var snapshot = new TestSnapshot().Route("b", 1, rule: rule => rule with { ModelsOwnedBy = "me", ModelsCreatedAt = created }).Route("a/1", 1).Route("b", 2);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        Assert.Equal(
            """{"data":[{"id":"b","created":1700000000,"object":"model","owned_by":"me"},{"id":"a/1","created":0,"object":"model","owned_by":"Envoy AI Gateway"}],"object":"list"}""",
            await gateway.Client.GetStringAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(
            """{"id":"a/1","created":0,"object":"model","owned_by":"Envoy AI Gateway"}""",
            await gateway.Client.GetStringAsync(new Uri("/v1/models/a/1", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(
            """{"data":[{"id":"b","type":"model","display_name":"b","created_at":"2023-11-14T22:13:20Z"}],"first_id":"b","has_more":true,"last_id":"b"}""",
            await gateway.Client.GetStringAsync(new Uri("/anthropic/v1/models?limit=1", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(
            """{"data":[{"id":"a/1","type":"model","display_name":"a/1","created_at":"1970-01-01T00:00:00Z"}],"first_id":"a/1","has_more":false,"last_id":"a/1"}""",
            await gateway.Client.GetStringAsync(new Uri("/anthropic/v1/models?limit=5&after_id=b", UriKind.Relative), TestContext.Current.CancellationToken));
        using var missing = await gateway.Client.GetAsync(new Uri("/v1/models/none", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)missing.StatusCode);
    }

    [Theory]
    [InlineData("api.example.test", 200, "\"m\"")]
    [InlineData("API.example.test:8080", 200, "\"m\"")]
    [InlineData("a.wild.test", 200, "\"m\"")]
    [InlineData("wild.test", 404, "\"data\":[]")]
    [InlineData("other.test", 404, "\"data\":[]")]
    public async Task Hosts_ScopeRoutingAndCatalogueAlike(string host, int status, string listed)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, "{}"));
        var snapshot = new TestSnapshot { Hostnames = ["api.example.test", "*.wild.test"] }.Route("m", upstream.Port);
        await using var gateway = await GatewayUnderTest.StartAsync(snapshot);

        var (response, _) = await gateway.AskAsync("/v1/chat/completions", Samples.Chat, ("host", host));
        using var list = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = host } };
        using var models = await gateway.Client.SendAsync(list, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(listed, await models.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string? Text(string json, string place)
    {
        using var document = JsonDocument.Parse(json);
        var element = document.RootElement;
        foreach (var name in place.Split('.')) element = element.GetProperty(name);
        return element.GetString();
    }
}

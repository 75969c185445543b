using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>The ext_proc service behind a real Envoy: what happens when things go wrong, and what Envoy's log knows afterwards.</summary>
public sealed class EnvoyExtProcTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Answer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}""";

    private static readonly string[] s_events =
    [
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n",
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}\n\n",
        "data: [DONE]\n\n",
    ];

    [Fact]
    public async Task Fallback_SecondBackend_GetsTheClientsRequestAndItsOwnCredential()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, "{}"));
        second.Answer(MockAnswer.Json(200, Answer));
        await using var origin = await StartAsync(Fallback(first.Port, second.Port), deadline);
        using var request = Request("""{"model":"m","messages":[]}""", "fallback-1");
        request.Headers.Add("x-kept", "client");
        request.Headers.Add("authorization", "Bearer of-the-client");

        using var response = await origin.Client.SendAsync(request, deadline);

        Assert.Equal((HttpStatusCode.OK, Answer), (response.StatusCode, await response.Content.ReadAsStringAsync(deadline)));
        var (tried, served) = (Assert.Single(first.Requests), Assert.Single(second.Requests));
        Assert.Equal("Bearer key-of-first", tried.Headers["authorization"]);
        Assert.Equal("/v1/chat/completions", tried.Target);
        Assert.Null(served.Headers["authorization"]); // neither the client's nor the first provider's
        Assert.Equal("key-of-second", served.Headers["api-key"]);
        Assert.Equal("/openai/deployments/second-model/chat/completions?api-version=2025-01-01-preview", served.Target);
        Assert.Equal("client", served.Headers["x-kept"]);
        Assert.Equal(served.Body.Length.ToString(CultureInfo.InvariantCulture), served.Headers["content-length"]);
        Assert.Equal("""{"model":"m","messages":[]}""", served.BodyText); // Azure names its model in the path
        foreach (var name in (string[])["x-ai-eg-model", "x-ai-eg-original-path"]) Assert.Null(served.Headers[name]);
        var entry = await origin.Envoy.LogEntryAsync("fallback-1", deadline);
        Assert.Equal(2, entry.GetProperty("attempts").GetInt32());
        Assert.Equal("second-model", entry.GetProperty("gen_ai.request.model_override").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Log_SameExchange_SaysTheSameAsTheGatewaysOwn(bool streamed)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(streamed ? MockAnswer.Sse(string.Concat(s_events)) : MockAnswer.Json(200, Answer));
        var manifest = new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port);
        await using var envoy = (EnvoyOrigin)await Origins.StartAsync(Topology.Envoy, manifest, null, deadline);
        await using var alone = (GatewayProcess)await Origins.StartAsync(Topology.Standalone, manifest, new Dictionary<string, string?> { ["OTEL_LOGS_EXPORTER"] = "console" }, deadline);
        var body = $$"""{"model":"m","stream":{{(streamed ? "true" : "false")}},"messages":[]}""";
        var answers = new List<string>();
        foreach (var origin in (IOrigin[])[envoy, alone])
        {
            using var response = await origin.Client.SendAsync(Request(body, "same-exchange"), deadline);
            answers.Add(await response.Content.ReadAsStringAsync(deadline));
        }

        Assert.Equal(answers[1], answers[0]);
        Assert.DoesNotContain("\"usage\":{", streamed ? answers[0] : "", StringComparison.Ordinal); // asked for by the gateway, not by the client
        var theirs = await envoy.Envoy.LogEntryAsync("same-exchange", deadline);
        var ours = JsonElement.Parse(await alone.Process.WaitForOutputLineAsync(line => line.Contains("same-exchange", StringComparison.Ordinal), deadline));
        foreach (var field in (string[])["method", "x-envoy-origin-path", "protocol", "response_code", "response_code_details", "bytes_received", "bytes_sent", "attempts",
            "gen_ai.request.model_override", "gen_ai.response.model", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "llm_input_token", "llm_output_token"])
        {
            Assert.True(theirs.TryGetProperty(field, out var value), $"Envoy's log has no {field}: {theirs}");
            Assert.True(ours.TryGetProperty(field, out var expected), $"the gateway's log has no {field}: {ours}");
            Assert.True(value.ToString() == expected.ToString(), $"{field}: Envoy {value}, gateway {expected}");
        }
    }

    [Fact]
    public async Task Service_KilledAndStartedAgain_RequestsFailClosedAndRecover()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Answer));
        await using var origin = await StartAsync(port => new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).ToString().Replace("port: 1975", $"port: {port}", StringComparison.Ordinal), deadline);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(origin, deadline));

        await origin.KillServiceAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(origin, deadline));
        await origin.RestartServiceAsync(deadline);

        await Eventually.GetAsync<object>(async token => await StatusAsync(origin, token) == HttpStatusCode.OK ? true : null, () => "a request to be served again", deadline);
        Assert.All(upstream.Requests, request => Assert.Equal("Bearer " + GatewayManifest.KeyOf("openai"), request.Headers["authorization"])); // nothing passed unprocessed
    }

    [Fact]
    public async Task Client_LeavesInsideStream_UsageIsRecordedAndNothingStays()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var feed = new AnswerFeed();
        upstream.Answer(MockAnswer.Sse(feed));
        await using var origin = await StartAsync(port => new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).ToString().Replace("port: 1975", $"port: {port}", StringComparison.Ordinal), deadline);
        feed.Send(s_events[0]);
        using (var response = await origin.Client.SendAsync(Request("""{"model":"m","stream":true,"messages":[]}""", "leaver"), HttpCompletionOption.ResponseHeadersRead, deadline))
        {
            await using var stream = await response.Content.ReadAsStreamAsync(deadline);
            Assert.True(await stream.ReadAsync(new byte[16], deadline) > 0);
        }

        await upstream.WaitForDisconnectAsync(0, deadline);
        await Eventually.GetAsync<object>(
            async token => await origin.Client.GetStringAsync(new Uri(origin.Service.Admin, "metrics"), token) is var page
                && page.Contains("error_type=\"cancelled\"", StringComparison.Ordinal) && ActiveIsZero(page) ? true : null,
            () => "the cancelled exchange to be counted", deadline);
    }

    [Fact]
    public async Task Bodies_Of16Megabytes_PassBothWays()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        var text = new string('x', 16 * 1024 * 1024);
        upstream.Answer(MockAnswer.Json(200, Answer.Replace("\"hi\"", $"\"{text}\"", StringComparison.Ordinal)));
        await using var origin = await StartAsync(port => new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).ToString().Replace("port: 1975", $"port: {port}", StringComparison.Ordinal), deadline);
        var body = $$"""{"model":"m","messages":[{"role":"user","content":"{{text}}"}]}""";

        using var response = await origin.Client.SendAsync(Request(body, "large"), deadline);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Answer.Length - 2 + text.Length, (await response.Content.ReadAsByteArrayAsync(deadline)).Length);
        Assert.Equal(body.Length, Assert.Single(upstream.Requests).Body.Length);
    }

    [Fact]
    public async Task Requests_WithTheSameRequestId_NeverMix()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(request => MockAnswer.Json(200, Answer.Replace("\"hi\"", JsonSerializer.Serialize(request.BodyText), StringComparison.Ordinal)));
        await using var origin = await StartAsync(port => new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).ToString().Replace("port: 1975", $"port: {port}", StringComparison.Ordinal), deadline);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            var body = $$"""{"model":"m","messages":[],"user":"number-{{number}}-"}""";
            using var response = await origin.Client.SendAsync(Request(body, "always-the-same"), deadline);
            Assert.Contains($"number-{number}-", await response.Content.ReadAsStringAsync(deadline), StringComparison.Ordinal);
        }));
    }

    [Fact]
    public async Task Error_OfEnvoyItself_IsInTheCallersDialect()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        var nobody = FreePort.Find();
        await using var origin = await StartAsync(port => new GatewayManifest().Model("m", "openai", "OpenAI", nobody).Model("claude", "anthropic", "Anthropic", nobody).ToString().Replace("port: 1975", $"port: {port}", StringComparison.Ordinal), deadline);

        using var chat = await origin.Client.SendAsync(Request("""{"model":"m","messages":[]}""", "e1"), deadline);
        using var messages = await origin.Client.PostAsync("/anthropic/v1/messages", new StringContent("""{"model":"claude","max_tokens":5,"messages":[]}""", Encoding.UTF8, "application/json"), deadline);

        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.BadGateway), (chat.StatusCode, messages.StatusCode));
        Assert.Equal("upstream_unreachable", JsonElement.Parse(await chat.Content.ReadAsStringAsync(deadline)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("error", JsonElement.Parse(await messages.Content.ReadAsStringAsync(deadline)).GetProperty("type").GetString());
    }

    public static TheoryData<string, int, string> BackendFailures => new()
    {
        { "silent", 504, "upstream_timeout" },
        { "reset", 502, "upstream_reset" },
        { "closed", 502, "upstream_reset" },
        { "no http", 502, "upstream_invalid_response" },
    };

    [Theory]
    [MemberData(nameof(BackendFailures))]
    public async Task Failure_OfTheBackend_HasTheCodeOfTheGatewayInTheCallersDialect(string failure, int status, string code)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(failure switch
        {
            "silent" => MockAnswer.Silence(),
            "reset" => MockAnswer.ResetAtOnce(),
            "closed" => MockAnswer.CloseAtOnce(),
            _ => MockAnswer.Json(200, "{}") with { StatusLine = "this is no status line" },
        });
        await using var origin = await StartAsync(
            port => new GatewayManifest().Model("m", "openai", "OpenAI", upstream.Port).Model("claude", "anthropic", "Anthropic", upstream.Port).ToString()
                .Replace("port: 1975", $"port: {port}", StringComparison.Ordinal).Replace("request: 600s", "request: 1s", StringComparison.Ordinal),
            deadline);

        using var chat = await origin.Client.SendAsync(Request("""{"model":"m","messages":[]}""", "failed-1"), deadline);
        using var messages = await origin.Client.PostAsync("/anthropic/v1/messages", new StringContent("""{"model":"claude","max_tokens":5,"messages":[]}""", Encoding.UTF8, "application/json"), deadline);

        var entry = await origin.Envoy.LogEntryAsync("failed-1", deadline);
        Assert.Equal((status, status), ((int)chat.StatusCode, (int)messages.StatusCode));
        Assert.Equal(code, JsonElement.Parse(await chat.Content.ReadAsStringAsync(deadline)).GetProperty("error").GetProperty("code").GetString());
        var error = JsonElement.Parse(await messages.Content.ReadAsStringAsync(deadline));
        Assert.Equal("error", error.GetProperty("type").GetString());
        Assert.NotEqual("", error.GetProperty("error").GetProperty("message").GetString());
        Assert.True(status == entry.GetProperty("response_code").GetInt32(), entry.ToString());
    }

    private static bool ActiveIsZero(string page) => page.Split('\n').Any(line => line.StartsWith("aigateway_exchanges_active{", StringComparison.Ordinal) && line.EndsWith(" 0", StringComparison.Ordinal));

    private static Task<EnvoyOrigin> StartAsync(Func<int, string> manifest, CancellationToken cancellationToken) => EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), manifest, null, cancellationToken);

    private static async Task<HttpStatusCode> StatusAsync(EnvoyOrigin origin, CancellationToken cancellationToken)
    {
        using var response = await origin.Client.SendAsync(Request("""{"model":"m","messages":[]}""", "status"), cancellationToken);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(string body, string id)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-request-id", id);
        return request;
    }

    private static Func<int, string> Fallback(int first, int second) => port =>
        $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: test}
        spec: {gatewayClassName: aigw, listeners: [{name: http, protocol: HTTP, port: {{port}}}]}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIGatewayRoute
        metadata: {name: test}
        spec:
          parentRefs: [{name: test}]
          rules:
            - matches: [{headers: [{name: x-ai-eg-model, value: m}]}]
              backendRefs:
                - {name: first, priority: 0}
                - {name: second, priority: 1, modelNameOverride: second-model}
        ---
        {{Backend("first", "{name: OpenAI}", first, "type: APIKey, apiKey")}}
        ---
        {{Backend("second", "{name: AzureOpenAI, version: 2025-01-01-preview}", second, "type: AzureAPIKey, azureAPIKey")}}
        """;

    private static string Backend(string name, string schema, int port, string credential) =>
        $$"""
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIServiceBackend
        metadata: {name: {{name}}}
        spec: {schema: {{schema}}, backendRef: {name: {{name}}, kind: Backend, group: gateway.envoyproxy.io} }
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: Backend
        metadata: {name: {{name}}}
        spec: {endpoints: [{ip: {address: 127.0.0.1, port: {{port}} } }]}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: BackendSecurityPolicy
        metadata: {name: {{name}}}
        spec: {targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: {{name}} }], {{credential}}: {secretRef: {name: {{name}} } } }
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: {{name}}}
        stringData: {apiKey: key-of-{{name}}}
        """;
}

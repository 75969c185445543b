using System.Net;
using System.Net.Sockets;
using System.Text;
using AiGateway.Cli.Demo;
using AiGateway.Cli.Tests.Support;

namespace AiGateway.Cli.Tests.Hosting;

public sealed class StandaloneHostTests
{
    private const string Hello = """{"model":"demo-chat","messages":[{"role":"user","content":"Hello"}]}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FirstStart_NoKey_ServesTheDemoModels()
    {
        using var cli = new TestCli();
        await using var gateway = await RunningGateway.StartAsync(cli);

        var models = DemoClient.Parse(await gateway.Http.GetStringAsync("/v1/models", Cancellation));
        using var answer = await PostAsync(gateway, Hello);

        Assert.Equal(DemoModels.All, models.GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()!));
        Assert.Contains("You said: \\\"Hello\\\".", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("  models   demo-chat, demo-reasoning, demo-tools, demo-slow, demo-flaky, demo-embedding  (no provider key found: demo provider)\n", cli.Error.Text, StringComparison.Ordinal);
        Assert.Contains("  traces   off (set OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:6006 to see them in Phoenix)\n", cli.Error.Text, StringComparison.Ordinal);
        Assert.Contains($"  try      curl {gateway.Url.GetLeftPart(UriPartial.Authority)}/v1/chat/completions -H 'content-type: application/json' -d '{Hello}'\n", cli.Error.Text, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.StopAsync());
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"demo-chat","stream":true,"messages":[{"role":"user","content":"Hello"}]}""", 200)]
    [InlineData("/v1/responses", """{"model":"demo-reasoning","input":"Hello"}""", 200)]
    [InlineData("/anthropic/v1/messages", """{"model":"demo-chat","max_tokens":9,"messages":[{"role":"user","content":"Hello"}]}""", 200)]
    [InlineData("/anthropic/v1/messages/count_tokens", """{"model":"demo-chat","messages":[{"role":"user","content":"Hello"}]}""", 200)]
    [InlineData("/v1/completions", """{"model":"demo-chat","prompt":"Hello"}""", 200)]
    [InlineData("/v1/embeddings", """{"model":"demo-embedding","input":"Hello"}""", 200)]
    [InlineData("/v1/images/generations", """{"model":"demo-image","prompt":"Hello"}""", 200)]
    [InlineData("/v1/audio/speech", """{"model":"demo-speech","input":"Hello","voice":"alloy"}""", 200)]
    [InlineData("/cohere/v2/rerank", """{"model":"demo-rerank","query":"a","documents":["a"]}""", 200)]
    [InlineData("/tokenize", """{"model":"demo-chat","prompt":"Hello"}""", 200)]
    [InlineData("/v1/chat/completions", """{"model":"demo-unauthorized","messages":[{"role":"user","content":"Hello"}]}""", 401)]
    [InlineData("/anthropic/v1/messages", """{"model":"demo-unauthorized","max_tokens":9,"messages":[{"role":"user","content":"Hello"}]}""", 401)]
    [InlineData("/v1/chat/completions", """{"model":"demo-limited","messages":[{"role":"user","content":"Hello"}]}""", 429)]
    [InlineData("/v1/chat/completions", """{"model":"demo-chat","messages":[]}""", 400)]
    public async Task FirstStart_EveryDialect_ReachesTheDemoProvider(string path, string body, int status)
    {
        using var cli = new TestCli();
        await using var gateway = await RunningGateway.StartAsync(cli);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(body), Headers = { { "Authorization", "Bearer the-client's-own" } } };

        using var response = await gateway.Http.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task FirstStart_FlakyModel_AlwaysAnswersInTheEnd()
    {
        using var cli = new TestCli();
        await using var gateway = await RunningGateway.StartAsync(cli);

        for (var i = 0; i < 12; i++)
        {
            using var response = await PostAsync(gateway, $$"""{"model":"demo-flaky","messages":[{"role":"user","content":"{{i}}"}]}""");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await gateway.StopAsync(); // the log is written beside the requests and complete at the end
        Assert.Contains("aigw-demo-flaky-openai", await File.ReadAllTextAsync(Directory.EnumerateFiles(cli.Path("state"), "aigw.log", SearchOption.AllDirectories).Single(), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstStart_ClientCommands_TalkToIt()
    {
        using var cli = new TestCli();
        await using var gateway = await RunningGateway.StartAsync(cli);
        using var client = new TestCli(("AIGW_URL", gateway.Url.ToString()), ("AIGW_ADMIN_PORT", gateway.AdminPort.ToString(System.Globalization.CultureInfo.InvariantCulture))) { Input = "from standard input" };

        Assert.Equal(0, await client.RunAsync("models"));
        Assert.Equal(0, await client.RunAsync("chat", "-m", "What is this?"));
        Assert.Equal(0, await client.RunAsync("chat", "demo-reasoning"));
        Assert.Equal(1, await client.RunAsync("chat", "demo-limited", "-m", "x"));

        Assert.Contains("demo-embedding", client.Output.Text, StringComparison.Ordinal);
        Assert.Contains("You said: \"What is this?\".", client.Output.Text, StringComparison.Ordinal);
        Assert.Contains("You said: \"from standard input\".", client.Output.Text, StringComparison.Ordinal);
        Assert.Matches(@"\d+ tokens in, \d+ out, first word after \d+ ms, \d+\.\d\d s", client.Error.Text);
        Assert.Contains("429: demo-limited is always over its limit", client.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstStart_Terminal_ShowsRequestsInHumanForm()
    {
        using var cli = new TestCli(("NO_COLOR", "1")) { ErrorIsTerminal = true };
        await using var gateway = await RunningGateway.StartAsync(cli);

        using var answer = await PostAsync(gateway, Hello);

        await cli.Error.WaitForAsync(static text => text.Contains("200  demo-chat          → aigw-demo-openai  8/43 tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FirstStart_RunFiles_AreThereWithoutSecrets()
    {
        using var cli = new TestCli();
        await using var gateway = await RunningGateway.StartAsync(cli, "--run-id", "first");

        var folder = cli.Path("state/runs/first");

        Assert.Equal(["aigw.log", "automatic.yaml", "compiled.yaml", "demo.yaml"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var compiled = await File.ReadAllTextAsync(Path.Combine(folder, "compiled.yaml"), Cancellation);
        Assert.Contains("aigw-demo-openai", compiled, StringComparison.Ordinal);
        Assert.DoesNotMatch("demo-[0-9a-f]{40}", compiled);
    }

    [Fact]
    public async Task Port_Taken_IsOneSentence()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Any, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        using var listener = new TestCli();
        using var admin = new TestCli();

        Assert.Equal(1, await listener.RunAsync("--port", $"{port}", "--admin-port", "0"));
        Assert.Equal(1, await admin.RunAsync("--port", "0", "--admin-port", $"{port}"));

        Assert.Equal($"port {port} (a listener) is taken, perhaps by another aigw; end that one, or choose another port with --port N or AIGW_PORT (0 takes a free one).\n", listener.Error.Text);
        Assert.Equal($"port {port} (the admin port) is taken, perhaps by another aigw; end that one, or choose another port with --admin-port N or AIGW_ADMIN_PORT (0 takes a free one).\n", admin.Error.Text);
    }

    [Fact]
    public async Task SpanVocabulary_Unknown_IsOneSentence()
    {
        using var cli = new TestCli(("AI_GATEWAY_TRACING_SEMCONV", "foo"));

        Assert.Equal(1, await cli.RunAsync("--port", "0", "--admin-port", "0"));

        Assert.Equal("AI_GATEWAY_TRACING_SEMCONV=\"foo\" is not a vocabulary; set openinference, gen_ai or both", cli.Error.Text.TrimEnd().Split('\n')[^1]);
        Assert.DoesNotContain("   at ", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FileThenBrokenThenRepaired_ServesTheLastGoodOne()
    {
        await using var upstream = await DemoClient.StartAsync();
        using var cli = new TestCli(("KEY", upstream.Provider.Key.Reveal()));
        var path = cli.WriteFile("config.yaml", Route("first", upstream.Provider.Port));
        await using var gateway = await RunningGateway.StartAsync(cli, "run", path);
        Assert.Equal(["first"], await ModelsAsync(gateway));

        cli.WriteFile("config.yaml", Route("second", upstream.Provider.Port).Replace("name: OpenAI", "name: OpenAy", StringComparison.Ordinal));
        await cli.Error.WaitForAsync(static text => text.Contains("OpenAy", StringComparison.Ordinal));
        Assert.Equal(["first"], await ModelsAsync(gateway));

        cli.WriteFile("config.yaml", Route("demo-chat", upstream.Provider.Port));
        await cli.Error.WaitForAsync(static text => text.Contains("configuration reloaded, now sha256:", StringComparison.Ordinal));
        using var answer = await PostAsync(gateway, Hello);

        Assert.Equal(["demo-chat"], await ModelsAsync(gateway));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Run_PortForSeveralListeners_IsRefused()
    {
        using var cli = new TestCli(("KEY", "k"));
        var path = cli.WriteFile("config.yaml", Route("m", 1).Replace("listeners: [", "listeners: [{name: other, port: 8081, protocol: HTTP}, ", StringComparison.Ordinal));

        Assert.Equal(1, await cli.RunAsync("run", path, "--port", "0", "--admin-port", "0"));

        Assert.Contains("--port overrides the port of the only listener, but the configuration has the ports 8080, 8081", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SeveralProviders_AreAnnouncedByModel()
    {
        using var cli = new TestCli(("OPENAI_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k"));
        await using var gateway = await RunningGateway.StartAsync(cli, "run");

        Assert.Contains("  models   gpt-*, chatgpt-*, o1*, … → OpenAI; claude-* → Anthropic; all others → OpenAI\n", cli.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DefaultFile_IsUsedWhenNoneIsNamed()
    {
        using var cli = new TestCli(("KEY", "k"));
        cli.WriteFile("config/config.yaml", Route("from-the-default-file", 1));
        await using var gateway = await RunningGateway.StartAsync(cli, "run");

        Assert.Equal(["from-the-default-file"], await ModelsAsync(gateway));
    }

    [Fact]
    public async Task Run_DemoBesideAFile_ServesBothOnItsGateway()
    {
        using var cli = new TestCli(("KEY", "k"));
        var path = cli.WriteFile("config.yaml", Route("mine", 1));
        await using var gateway = await RunningGateway.StartAsync(cli, "run", "--demo", path);

        using var answer = await PostAsync(gateway, Hello);

        Assert.Contains("mine", await ModelsAsync(gateway));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Run_EditedCopyOfTheDemo_ReplacesTheBuiltInOne()
    {
        using var printed = new TestCli();
        await printed.RunAsync("translate", "--demo");
        using var cli = new TestCli();
        var path = cli.WriteFile("mine.yaml", printed.Output.Text.Replace("value: demo-rerank", "value: my-own-name", StringComparison.Ordinal));
        await using var gateway = await RunningGateway.StartAsync(cli, "run", "--demo", path);

        using var answer = await PostAsync(gateway, Hello);
        var models = await ModelsAsync(gateway);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("my-own-name", models);
        Assert.DoesNotContain("demo-rerank", models);
    }

    [Fact]
    public async Task Run_ProviderKeyAndDemo_KeepsBothApart()
    {
        await using var provider = await DemoClient.StartAsync();
        using var cli = new TestCli(("OPENAI_API_KEY", provider.Provider.Key.Reveal()), ("OPENAI_BASE_URL", $"http://127.0.0.1:{provider.Provider.Port}/v1"));
        await using var gateway = await RunningGateway.StartAsync(cli);

        using var demo = await PostAsync(gateway, Hello);
        using var other = await PostAsync(gateway, Hello.Replace("demo-chat", "gpt-9", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, demo.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Contains("The demo provider has no model", await other.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("  models   all others → OpenAI; demo-chat, ", cli.Error.Text, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string body) => gateway.Http.PostAsync("/v1/chat/completions", Json(body), Cancellation);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<IEnumerable<string>> ModelsAsync(RunningGateway gateway) =>
        [.. DemoClient.Parse(await gateway.Http.GetStringAsync("/v1/models", Cancellation)).GetProperty("data").EnumerateArray().Select(static model => model.GetProperty("id").GetString()!)];

    private static string Route(string model, int port) => $$$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: mine, namespace: default}
        spec: {gatewayClassName: aigw, listeners: [{name: http, port: 8080, protocol: HTTP}]}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIGatewayRoute
        metadata: {name: mine, namespace: default}
        spec:
          parentRefs: [{name: mine, kind: Gateway, group: gateway.networking.k8s.io}]
          rules:
            - matches: [{headers: [{name: x-ai-eg-model, value: {{{model}}}}]}]
              backendRefs: [{name: mine}]
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIServiceBackend
        metadata: {name: mine, namespace: default}
        spec:
          schema:
            name: OpenAI
          backendRef: {name: mine, kind: Backend, group: gateway.envoyproxy.io}
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: Backend
        metadata: {name: mine, namespace: default}
        spec: {endpoints: [{ip: {address: 127.0.0.1, port: {{{port}}} } }]}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: mine, namespace: default, annotations: {substitution.aigw.run/env/apiKey: KEY}}
        stringData: {apiKey: unset}
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: BackendSecurityPolicy
        metadata: {name: mine, namespace: default}
        spec: {type: APIKey, apiKey: {secretRef: {name: mine}}, targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: mine}]}
        """;
}

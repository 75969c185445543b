using System.Globalization;
using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.ExtProc.Protocol.Recording;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>
/// Streams of a real Envoy, recorded and sent again. With <c>AIGW_WRITE_RECORDINGS=1</c> the recordings that <c>tests/AiGateway.ExtProc.Tests</c> plays are
/// written anew.
/// </summary>
public sealed class RecordingTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Answer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"private \"answer\""},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}""";

    private static readonly string[] s_events =
    [
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"private\"}}]}\n\n",
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}\n\n",
        "data: [DONE]\n\n",
    ];

    [Theory]
    [InlineData("chat")]
    [InlineData("streamed-chat")]
    [InlineData("fallback")]
    [InlineData("provider-error")]
    [InlineData("provider-text-error")]
    [InlineData("no-backend-reached")]
    [InlineData("unknown-model")]
    [InlineData("client-gone")]
    [InlineData("gzip-answer")]
    [InlineData("models")]
    public async Task Exchange_RecordedBehindEnvoy_IsAnsweredAgainAsItWas(string scenario)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        using var folder = TempFolder.Create();
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        var firstPort = scenario == "no-backend-reached" ? FreePort.Find() : first.Port;
        string manifest(int port) => Manifest(port, firstPort, second.Port);
        await using (var origin = await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), manifest, null, deadline, "--record", folder.Path))
        {
            await PlayAsync(scenario, origin, first, second, deadline);
            await origin.Service.Process.TerminateAsync(deadline);
            Assert.Equal(0, await origin.Service.Process.WaitForExitAsync(deadline));
        }

        var file = Assert.Single(Directory.GetFiles(folder.Path, "*" + RecordingFormat.Extension));
        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, deadline));
        Assert.DoesNotContain("key-of-", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("of-the-client", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("private", bytes, StringComparison.Ordinal);

        await using var service = await ExtProcProcess.StartAsync(manifest(1975), port: 0, environment: null, deadline);
        await using var replay = ChildProcess.Start("dotnet", [GatewayProcess.Program, "replay", file, "--to", $"127.0.0.1:{service.Port.ToString(CultureInfo.InvariantCulture)}"]);
        var exitCode = await replay.WaitForExitAsync(deadline);

        Assert.True(exitCode == 0, $"{scenario}: exit code {exitCode}\n{string.Join('\n', replay.Output.Concat(replay.Errors))}");
        if (Environment.GetEnvironmentVariable("AIGW_WRITE_RECORDINGS") == "1") File.Copy(file, RepositoryRoot.Combine("tests", "AiGateway.ExtProc.Tests", "Recordings", scenario + RecordingFormat.Extension), overwrite: true);
    }

    private static async Task PlayAsync(string scenario, EnvoyOrigin origin, MockUpstream first, MockUpstream second, CancellationToken cancellationToken)
    {
        var feed = new AnswerFeed();
        first.Answer(scenario switch
        {
            "streamed-chat" => MockAnswer.Sse(string.Concat(s_events)).CutEvery(100),
            "fallback" => MockAnswer.Json(503, """{"error":{"message":"private reason"}}"""),
            "provider-error" => MockAnswer.Json(429, """{"error":{"message":"private reason","type":"requests","code":"rate_limit_exceeded"}}"""),
            "provider-text-error" => MockAnswer.Text(400, "this \"private\" thing\n"),
            "client-gone" => MockAnswer.Sse(feed),
            "gzip-answer" => MockAnswer.Json(200, Answer).Encoded("gzip"),
            _ => MockAnswer.Json(200, Answer),
        });
        second.Answer(MockAnswer.Json(200, Answer));
        if (scenario == "client-gone") feed.Send(s_events[0]);
        using var request = Request(scenario);
        using var response = await origin.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (scenario != "client-gone")
        {
            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return;
        }

        await using (var stream = await response.Content.ReadAsStreamAsync(cancellationToken)) Assert.True(await stream.ReadAsync(new byte[16], cancellationToken) > 0);
        response.Dispose();
        await first.WaitForDisconnectAsync(0, cancellationToken);
    }

    private static HttpRequestMessage Request(string scenario)
    {
        if (scenario == "models") return new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        var model = scenario switch { "fallback" => "f", "unknown-model" => "none", _ => "m" };
        var stream = scenario is "streamed-chat" or "client-gone" ? "\"stream\":true," : "";
        var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent($$"""{"model":"{{model}}",{{stream}}"messages":[{"role":"user","content":"private question"}]}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("x-request-id", scenario);
        request.Headers.Add("authorization", "Bearer of-the-client");
        if (scenario == "gzip-answer") request.Headers.Add("accept-encoding", "gzip");
        return request;
    }

    private static string Manifest(int port, int first, int second) =>
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
          llmRequestCosts: [{metadataKey: input, type: InputToken}]
          rules:
            - matches: [{headers: [{name: x-ai-eg-model, value: m}]}]
              backendRefs: [{name: first}]
              modelsCreatedAt: 2026-01-01T00:00:00Z
            - matches: [{headers: [{name: x-ai-eg-model, value: f}]}]
              backendRefs: [{name: first}, {name: second, priority: 1, modelNameOverride: second-model}]
              modelsCreatedAt: 2026-01-01T00:00:00Z
            - matches: [{headers: [{name: x-ai-eg-model, value: claude}]}]
              backendRefs: [{name: claude}]
              modelsCreatedAt: 2026-01-01T00:00:00Z
        ---
        {{Backend("first", "{name: OpenAI}", first, "type: APIKey, apiKey")}}
        ---
        {{Backend("second", "{name: AzureOpenAI, version: 2025-01-01-preview}", second, "type: AzureAPIKey, azureAPIKey")}}
        ---
        {{Backend("claude", "{name: Anthropic}", second, "type: AnthropicAPIKey, anthropicAPIKey")}}
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

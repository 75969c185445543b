using System.Globalization;
using System.Net;
using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Topologies;

/// <summary>External processors of an EnvoyExtensionPolicy in the real Envoy that <c>aigw translate --to envoy</c> configures.</summary>
public sealed class EnvoyProcessorTests
{
    private const string Answer = """{"id":"c1","object":"chat.completion","model":"m-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}""";

    [Fact]
    public async Task Route_WithAPolicy_IsSeenByItsOwnProcessorAndOthersByTheGateways()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Json(200, Answer));
        await using var own = await MarkingProcessor.StartAsync("own", deadline);
        await using var gateways = await MarkingProcessor.StartAsync("gateways", deadline);
        await using var origin = await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), Manifest(provider.Port, provider.Port, own.Port, gateways.Port), null, deadline);

        using var guarded = await origin.Client.SendAsync(Request("guarded"), deadline);
        using var ordinary = await origin.Client.SendAsync(Request("ordinary"), deadline);
        using var unknown = await origin.Client.SendAsync(Request("unknown"), deadline);
        using var models = await origin.Client.GetAsync(new Uri("/v1/models", UriKind.Relative), deadline);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK), (guarded.StatusCode, ordinary.StatusCode, unknown.StatusCode, models.StatusCode));
        Assert.Equal(["own", "gateways"], provider.Requests.Select(static request => request.Headers["x-marked-by"]));
        Assert.Equal("own", Assert.Single(guarded.Headers.GetValues("x-answer-marked-by")));
        Assert.Equal(["request of guarded", "RequestBody", "ResponseHeaders", "ResponseBody"], own.Seen);
        Assert.Equal(["request of ordinary"], gateways.Seen); // what no route serves passes nobody
    }

    [Fact]
    public async Task Mark_OfAProcessor_ReachesTheSecondBackendToo()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var first = await MockUpstream.StartAsync();
        await using var second = await MockUpstream.StartAsync();
        first.Answer(MockAnswer.Json(503, "{}"));
        second.Answer(MockAnswer.Json(200, Answer));
        await using var own = await MarkingProcessor.StartAsync("own", deadline);
        await using var origin = await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), Manifest(first.Port, second.Port, own.Port, FreePort.Find()), null, deadline);

        using var answer = await origin.Client.SendAsync(Request("guarded"), deadline);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("own", "own"), (Assert.Single(first.Requests).Headers["x-marked-by"], Assert.Single(second.Requests).Headers["x-marked-by"]));
    }

    [Fact]
    public async Task Processor_ThatIsGone_FailsItsRouteAndNoOther()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var provider = await MockUpstream.StartAsync();
        provider.Answer(MockAnswer.Json(200, Answer));
        await using var gateways = await MarkingProcessor.StartAsync("gateways", deadline);
        await using var origin = await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), Manifest(provider.Port, provider.Port, FreePort.Find(), gateways.Port), null, deadline);

        using var guarded = await origin.Client.SendAsync(Request("guarded"), deadline);
        using var ordinary = await origin.Client.SendAsync(Request("ordinary"), deadline);

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (guarded.StatusCode, ordinary.StatusCode));
        Assert.Contains("\"processor_failed\"", await guarded.Content.ReadAsStringAsync(deadline), StringComparison.Ordinal);
        Assert.Equal("gateways", Assert.Single(provider.Requests).Headers["x-marked-by"]);
    }

    [Fact]
    public async Task Refusal_OfAProcessor_ReachesTheClientAsItIs()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var provider = await MockUpstream.StartAsync();
        await using var own = await MarkingProcessor.StartAsync("own", deadline);
        own.Refusal = """{"error":{"message":"the guard is closed"}}""";
        await using var origin = await EnvoyOrigin.StartAsync(RealParts.Shared("envoy"), Manifest(provider.Port, provider.Port, own.Port, FreePort.Find()), null, deadline);

        using var answer = await origin.Client.SendAsync(Request("guarded"), deadline);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, own.Refusal), (answer.StatusCode, await answer.Content.ReadAsStringAsync(deadline)));
        Assert.Empty(provider.Requests);
    }

    private static HttpRequestMessage Request(string model) => new(HttpMethod.Post, "/v1/chat/completions")
    {
        Content = new StringContent($$"""{"model":"{{model}}","messages":[]}""", Encoding.UTF8, "application/json"),
    };

    private static Func<int, string> Manifest(int first, int second, int own, int gateways) => port =>
        $$"""
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: test}
        spec: {gatewayClassName: aigw, listeners: [{name: http, protocol: HTTP, port: {{Text(port)}} }]}
        {{Route("guarded")}}
        {{Route("ordinary")}}
        {{Provider("first", first)}}
        {{Provider("second", second)}}
        {{Backend("own", own)}}
        {{Backend("gateways", gateways)}}
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: EnvoyExtensionPolicy
        metadata: {name: own}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: guarded}]
          extProc:
            - backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: own}]
              messageTimeout: 10s
              processingMode: {request: {body: Buffered}, response: {body: Buffered} }
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: EnvoyExtensionPolicy
        metadata: {name: gateways}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: test}]
          extProc:
            - backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: gateways}]
              messageTimeout: 10s
              processingMode: {request: {} }
        """;

    private static string Route(string name) =>
        $$"""
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIGatewayRoute
        metadata: {name: {{name}}}
        spec:
          parentRefs: [{name: test}]
          rules:
            - matches: [{headers: [{name: x-ai-eg-model, value: {{name}} }]}]
              backendRefs: [{name: first, priority: 0}, {name: second, priority: 1}]
        """;

    private static string Provider(string name, int port) =>
        $$"""
        ---
        apiVersion: aigateway.envoyproxy.io/v1beta1
        kind: AIServiceBackend
        metadata: {name: {{name}}}
        spec: {schema: {name: OpenAI}, backendRef: {name: {{name}}, kind: Backend, group: gateway.envoyproxy.io} }
        {{Backend(name, port)}}
        """;

    private static string Backend(string name, int port) =>
        $$"""
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: Backend
        metadata: {name: {{name}}}
        spec: {endpoints: [{ip: {address: 127.0.0.1, port: {{Text(port)}} } }]}
        """;

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using AiGateway.EndToEnd.Tests.Processes;
using AiGateway.TestSupport;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.EndToEnd.Tests.Telemetry;

/// <summary>All signals at a real collector: over both protocols, with a token, and through its refusals.</summary>
public sealed class CollectorTests
{
    private const string Answer = """{"id":"1","object":"chat.completion","model":"gpt-test","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""";
    private const string WithToken =
        "{extensions: {bearertokenauth: {tokens: [planted-collector-token]}}, receivers: {otlp: {protocols: {grpc: {auth: {authenticator: bearertokenauth}}, http: {auth: {authenticator: bearertokenauth}}}}}, service: {extensions: [health_check, bearertokenauth]}}";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Signals_WithToken_AllArrive(string protocol)
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var collector = await OtelCollector.StartAsync(RealParts.Shared("otelcol"), deadline, WithToken);
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream.Answer(MockAnswer.Json(200, Answer)), Environment(collector, protocol, "planted-collector-token"), deadline);

        var id = await ChatAsync(gateway, deadline);

        Assert.Equal("ChatCompletion", Assert.Single(await collector.SpansOfAsync(id, deadline)).GetProperty("name").GetString());
        var log = await FindAsync(collector, "logs", id, deadline);
        Assert.Contains("gateway.access", log, StringComparison.Ordinal);
        var metrics = await FindAsync(collector, "metrics", "\"gen_ai.client.token.usage\"", deadline);
        Assert.Contains("gpt-test", metrics, StringComparison.Ordinal);
        // Not of the metrics: of these a newer page replaces one that has not left yet.
        Assert.Equal(0, await gateway.MetricAsync("aigw_telemetry_items_dropped_total", "signal=\"traces\"", deadline));
        Assert.Equal(0, await gateway.MetricAsync("aigw_telemetry_items_dropped_total", "signal=\"logs\"", deadline));
    }

    [Fact]
    public async Task Signals_WithWrongToken_AreRefusedAndCounted()
    {
        using var deadline = TestDeadline.Start(TestContext.Current.CancellationToken);
        await using var collector = await OtelCollector.StartAsync(RealParts.Shared("otelcol"), deadline, WithToken);
        await using var upstream = await MockUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream.Answer(MockAnswer.Json(200, Answer)), Environment(collector, "http/protobuf", "wrong"), deadline);

        await ChatAsync(gateway, deadline);

        await Eventually.GetAsync(
            async token => await gateway.MetricAsync("aigw_telemetry_items_dropped_total", "signal=\"traces\"", token) == 1 ? "counted" : null,
            () => "the refused span to be counted", deadline);
        Assert.Empty(collector.Requests("traces"));
        Assert.DoesNotContain(gateway.Process.Errors.Concat(gateway.Process.Output), line => line.Contains("Bearer", StringComparison.Ordinal));
    }

    // 8: 429 with Retry-After. 14: 503.
    [Theory]
    [InlineData("http/protobuf", "status: 8, retry_after: 1s, first: 2")]
    [InlineData("http/protobuf", "status: 14, first: 2")]
    [InlineData("grpc", "status: 8, retry_after: 1s, first: 2")]
    [InlineData("grpc", "status: 14, first: 2")]
    public async Task Refusals_WhileTheQueueHasRoom_LoseNothing(string protocol, string refusal)
    {
        var (arrived, overflow) = await SendThroughRefusalsAsync(protocol, refusal, requests: 60, queue: 2048);

        Assert.Equal((60, 0), (arrived, overflow));
    }

    [Fact]
    public async Task Refusals_WhileTheQueueIsFull_LoseTheCountedOverflowOnly()
    {
        var (arrived, overflow) = await SendThroughRefusalsAsync("http/protobuf", "status: 8, retry_after: 2s, first: 2", requests: 120, queue: 16);

        Assert.Equal(120, arrived + overflow);
        Assert.True(overflow > 0, "the queue never overflowed, so nothing was tested");
    }

    private static async Task<(int Arrived, int Overflow)> SendThroughRefusalsAsync(string protocol, string refusal, int requests, int queue)
    {
        using var deadline = TestDeadline.Start(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
        await using var collector = await OtelCollector.StartAsync(
            RealParts.Shared("otelcol"), deadline, $"{{processors: {{refuse: {{{refusal}}}}}, service: {{pipelines: {{traces: {{processors: [refuse]}}}}}}}}");
        await using var upstream = await MockUpstream.StartAsync();
        var environment = Environment(collector, protocol, token: null);
        environment["OTEL_BSP_MAX_QUEUE_SIZE"] = queue.ToString(CultureInfo.InvariantCulture);
        environment["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "8";
        environment["OTEL_METRICS_EXPORTER"] = "none";
        environment["OTEL_LOGS_EXPORTER"] = "none";
        await using var gateway = await StartAsync(upstream.Answer(MockAnswer.Json(200, Answer)), environment, deadline);

        for (var sent = 0; sent < requests; sent++) await ChatAsync(gateway, deadline);

        await Eventually.GetAsync(
            async token => collector.Spans().Count() + await OverflowAsync(gateway, token) >= requests ? "all" : null,
            () => $"{requests} spans at the collector or counted, there are {collector.Spans().Count()}", deadline);
        Assert.True(await gateway.MetricAsync("aigw_telemetry_export_failures_total", "signal=\"traces\"", deadline) >= 2);
        return (collector.Spans().Select(span => Otlp.Attribute(span, "aigateway.request_id")).Distinct().Count(), await OverflowAsync(gateway, deadline));
    }

    private static async Task<int> OverflowAsync(GatewayProcess gateway, CancellationToken cancellationToken) =>
        (int)await gateway.MetricAsync("aigw_telemetry_items_dropped_total", "reason=\"overflow\"", cancellationToken);

    private static Dictionary<string, string?> Environment(OtelCollector collector, string protocol, string? token) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = (protocol == "grpc" ? collector.Grpc : collector.Http).ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_EXPORTER_OTLP_HEADERS"] = token is null ? null : $"authorization=Bearer%20{token}",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "5",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "5",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
    };

    private static Task<GatewayProcess> StartAsync(MockUpstream upstream, Dictionary<string, string?> environment, CancellationToken cancellationToken) =>
        GatewayProcess.StartAsync(new GatewayManifest().Model("gpt-test", "openai", "OpenAI", upstream.Port), environment, cancellationToken);

    private static async Task<string> ChatAsync(GatewayProcess gateway, CancellationToken cancellationToken)
    {
        var id = $"collector-{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"gpt-test","messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-request-id", id);
        using var response = await gateway.Client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return id;
    }

    private static Task<string> FindAsync(OtelCollector collector, string signal, string text, CancellationToken cancellationToken) => Eventually.GetAsync(
        () => collector.Requests(signal).Select(request => request.GetRawText()).FirstOrDefault(request => request.Contains(text, StringComparison.Ordinal)),
        () => $"{text} among the {signal} at the collector", cancellationToken);
}

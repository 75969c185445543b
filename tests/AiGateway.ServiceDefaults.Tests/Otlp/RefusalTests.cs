using System.Text.RegularExpressions;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

/// <summary>A sink that says "not now": nothing but the counted overflow may be missing, and nothing may come twice.</summary>
public sealed class RefusalTests
{
    // gRPC codes: 8 is answered as 429, 14 as 503 over HTTP.
    [Theory]
    [InlineData("http/protobuf", "status: 8, retry_after: 1s, first: 2")]
    [InlineData("http/protobuf", "status: 14, first: 3")]
    [InlineData("grpc", "status: 8, retry_after: 1s, first: 2")]
    [InlineData("grpc", "status: 14, retry_after: 1s, first: 1")]
    [InlineData("grpc", "status: 14, first: 3")]
    [InlineData("grpc", "status: 8, first: 2")]
    public async Task Sink_RefusesAtFirst_EverythingArrivesExactlyOnce(string protocol, string refusal)
    {
        await using var collector = await Collector.StartAsync(Refusing(refusal));
        await using var test = new TestPipeline(Options(collector, protocol, ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")));
        test.Spans(35);
        for (var index = 0; index < 12; index++)
        {
            var entry = test.Pipeline.AccessLog.Rent();
            entry.Add("index", index);
            Assert.True(test.Pipeline.AccessLog.TryWrite(entry));
        }

        await test.FlushAsync();
        Assert.Equal(Enumerable.Range(0, 35).Select(index => $"span-{index}"), collector.Spans().Select(span => span.Text("name")));
        Assert.Equal(Enumerable.Range(0, 12).Select(index => $"{index}"), collector.LogRecords().Select(record => record.Attributes()["index"]));
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Sink_RefusesWhileTheQueueOverflows_EverySpanArrivedOrWasCounted(string protocol)
    {
        await using var collector = await Collector.StartAsync(Refusing("status: 8, retry_after: 2s, first: 1"));
        const string Sink = "overflow-and-recover";
        await using var test = new TestPipeline(TestPipeline.Options(
            ("AIGW_OTLP_SINKS", $$"""[{"name":"{{Sink}}-{{protocol[..4]}}","endpoint":"{{(protocol == "grpc" ? collector.Grpc : collector.Http)}}","protocol":"{{protocol}}","signals":["traces"]}]"""),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "50"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10"),
            ("OTEL_BSP_SCHEDULE_DELAY", "10")));
        test.Spans(500);
        await test.FlushAsync();

        var names = collector.Spans().Select(span => span.Text("name")).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Equal(500 - names.Count, Counter(test, "aigw_telemetry_items_dropped_total", $"{Sink}-{protocol[..4]}"));
        Assert.True(names.Count < 500);
        // The newest stay.
        Assert.Equal(Enumerable.Range(450, 50).Select(index => $"span-{index}"), names.TakeLast(50));
    }

    [Fact]
    public async Task TwoSinks_OneDead_TheOtherGetsEverythingAtOnce()
    {
        await using var collector = await Collector.StartAsync();
        var dead = Collector.FreePorts(1)[0];
        var test = new TestPipeline(TestPipeline.Options(
            ("AIGW_OTLP_SINKS", $"dead-sink=http://127.0.0.1:{dead},live-sink={collector.Http}"),
            ("OTEL_METRICS_EXPORTER", "none"),
            ("OTEL_LOGS_EXPORTER", "none"),
            ("OTEL_BSP_SCHEDULE_DELAY", "10")) with
        { ShutdownTimeout = TimeSpan.FromSeconds(2) });
        test.Spans(20);
        // The dead sink keeps the drain waiting until its limit; the live one has its spans long before.
        await test.DisposeAsync();

        Assert.Equal(20, collector.Spans().Count);
        Assert.Contains(test.Log.Lines, line => line.Contains("dead-sink cannot take traces", StringComparison.Ordinal) && line.Contains("connection", StringComparison.Ordinal));
        Assert.Contains(test.Log.Lines, line => line.Contains("20 items for telemetry sink dead-sink", StringComparison.Ordinal));
    }

    private static string Refusing(string settings) =>
        $"yaml:{{processors: {{refuse: {{{settings}}}}}, service: {{pipelines: {{traces: {{processors: [refuse]}}, logs: {{processors: [refuse]}}}}}}}}";

    private static long Counter(TestPipeline test, string name, string sink)
    {
        var match = Regex.Match(test.Pipeline.Prometheus.Render(), $"^{name}{{[^}}]*reason=\"overflow\"[^}}]*sink=\"{sink}\"[^}}]*}} (\\d+)$", RegexOptions.Multiline);
        return match.Success ? long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    private static TelemetryOptions Options(Collector collector, string protocol, params (string Name, string Value)[] more) => TestPipeline.Options(
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", protocol == "grpc" ? collector.Grpc : collector.Http),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_METRICS_EXPORTER", "none"),
        .. more,
    ]);
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.Prometheus;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly string _name = $"meter-{Guid.CreateVersion7():N}";
    private readonly RecordingLog _log = new();
    private readonly Meter _meter;
    private readonly PrometheusExporter _exporter;

    public PrometheusExporterTests()
    {
        _exporter = new PrometheusExporter([_name], [new("service.name", "ai-gateway"), new("a.b", "1")], metrics: null, _log, TimeProvider.System, seriesLimit: 5);
        _exporter.Start();
        _meter = new Meter(new MeterOptions(_name) { Version = "1.0", TelemetrySchemaUrl = "https://example.test/schema" });
    }

    [Fact]
    public void Page_OfEveryKind_HasTheExpectedText()
    {
        var usage = _meter.CreateHistogram("gen_ai.client.token.usage", "token", "Tokens by kind", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 4, 16] });
        usage.Record(4, Tag("gen_ai.token.type", "input"), Tag("gen_ai.operation.name", "chat"));
        usage.Record(17.5, Tag("gen_ai.operation.name", "chat"), Tag("gen_ai.token.type", "input"));
        var duration = _meter.CreateHistogram("gen_ai.server.request.duration", "s", "Duration", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 81.92] });
        duration.Record(0.01);
        _meter.CreateCounter<long>("mcp.method.count", description: "Back\\slash and\nnew line").Add(9_007_199_254_740_993, Tag("status", "a\"b\\c\nd"));
        _meter.CreateCounter<double>("cost", "{USD}").Add(0.25);
        _meter.CreateUpDownCounter<int>("in.flight").Add(-3);
        _meter.CreateGauge<double>("ratio").Record(double.NaN);
        _meter.CreateObservableGauge("memory", () => 1024L, "By");
        _meter.CreateObservableCounter("seen", () => 5L);

        var scope = $"otel_scope_name=\"{_name}\",otel_scope_schema_url=\"https://example.test/schema\",otel_scope_version=\"1.0\"";
        Assert.Equal($$"""
            # HELP target_info Target metadata
            # TYPE target_info gauge
            target_info{a_b="1",service_name="ai-gateway"} 1
            # HELP cost_total cost
            # TYPE cost_total counter
            cost_total{{{scope}}} 0.25
            # HELP gen_ai_client_token_usage Tokens by kind
            # TYPE gen_ai_client_token_usage histogram
            gen_ai_client_token_usage_bucket{gen_ai_operation_name="chat",gen_ai_token_type="input",{{scope}},le="1"} 0
            gen_ai_client_token_usage_bucket{gen_ai_operation_name="chat",gen_ai_token_type="input",{{scope}},le="4"} 1
            gen_ai_client_token_usage_bucket{gen_ai_operation_name="chat",gen_ai_token_type="input",{{scope}},le="16"} 1
            gen_ai_client_token_usage_bucket{gen_ai_operation_name="chat",gen_ai_token_type="input",{{scope}},le="+Inf"} 2
            gen_ai_client_token_usage_sum{gen_ai_operation_name="chat",gen_ai_token_type="input",{{scope}}} 21.5
            gen_ai_client_token_usage_count{gen_ai_operation_name="chat",gen_ai_token_type="input",{{scope}}} 2
            # HELP gen_ai_server_request_duration_seconds Duration
            # TYPE gen_ai_server_request_duration_seconds histogram
            gen_ai_server_request_duration_seconds_bucket{{{scope}},le="0.01"} 1
            gen_ai_server_request_duration_seconds_bucket{{{scope}},le="81.92"} 1
            gen_ai_server_request_duration_seconds_bucket{{{scope}},le="+Inf"} 1
            gen_ai_server_request_duration_seconds_sum{{{scope}}} 0.01
            gen_ai_server_request_duration_seconds_count{{{scope}}} 1
            # HELP in_flight in.flight
            # TYPE in_flight gauge
            in_flight{{{scope}}} -3
            # HELP mcp_method_count_total Back\\slash and\nnew line
            # TYPE mcp_method_count_total counter
            mcp_method_count_total{{{scope}},status="a\"b\\c\nd"} 9007199254740993
            # HELP memory_bytes memory
            # TYPE memory_bytes gauge
            memory_bytes{{{scope}}} 1024
            # HELP ratio ratio
            # TYPE ratio gauge
            ratio{{{scope}}} NaN
            # HELP seen_total seen
            # TYPE seen_total counter
            seen_total{{{scope}}} 5

            """, _exporter.Render());
    }

    [Fact]
    public void Record_KnownSeries_AllocatesNothing()
    {
        var histogram = _meter.CreateHistogram<double>("h");
        var counter = _meter.CreateCounter<long>("c");
        var tags = new TagList { { "a", "1" }, { "b", "2" }, { "c", "3" }, { "d", "4" }, { "e", "5" } };
        histogram.Record(1, tags);
        counter.Add(1, Tag("a", "1"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
        {
            histogram.Record(round, tags);
            counter.Add(1, Tag("a", "1"));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Series_BeyondTheLimit_ShareTheOverflowSeries()
    {
        var counter = _meter.CreateCounter<long>("requests");
        for (var model = 0; model < 12; model++) counter.Add(1, Tag("model", $"{model}"));
        counter.Add(1, Tag("model", "0"));
        var lines = _exporter.Render().Split('\n').Where(line => line.StartsWith("requests_total{", StringComparison.Ordinal)).ToArray();
        Assert.Equal(6, lines.Length);
        Assert.EndsWith("} 7", Assert.Single(lines, line => line.Contains("otel_metric_overflow=\"true\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.EndsWith("} 2", Assert.Single(lines, line => line.Contains("model=\"0\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task Record_FromManyThreads_LosesNothing()
    {
        var counter = _meter.CreateCounter<long>("parallel");
        var histogram = _meter.CreateHistogram<double>("spread");
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (worker, _) =>
        {
            for (var round = 0; round < 5000; round++)
            {
                counter.Add(1, Tag("n", round % 3), Tag("m", "x"));
                counter.Add(1, Tag("m", "x"), Tag("n", round % 3));
                histogram.Record(0.5);
            }

            return ValueTask.CompletedTask;
        });
        var lines = _exporter.Render().Split('\n');
        Assert.Equal(80_000, lines.Where(line => line.StartsWith("parallel_total{", StringComparison.Ordinal)).Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains(lines, line => line.StartsWith("spread_sum{", StringComparison.Ordinal) && line.EndsWith(" 20000", StringComparison.Ordinal));
    }

    [Fact]
    public void Observable_SeriesNoLongerReported_Vanishes()
    {
        List<Measurement<long>> values = [new(1, Tag("sink", "a")), new(2, Tag("sink", "b"))];
        _meter.CreateObservableGauge("queue", () => values);
        Assert.Contains("sink=\"a\"", _exporter.Render(), StringComparison.Ordinal);
        values.RemoveAt(0);
        var page = _exporter.Render();
        Assert.DoesNotContain("sink=\"a\"", page, StringComparison.Ordinal);
        Assert.Contains("sink=\"b\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Observable_Throws_OthersAreStillShown()
    {
        _meter.CreateObservableGauge("broken", Broken);
        _meter.CreateObservableGauge("sound", () => 1L);
        Assert.Contains("\nsound{", _exporter.Render(), StringComparison.Ordinal);
        Assert.Contains("not now", Assert.Single(_log.Lines), StringComparison.Ordinal);

        static long Broken() => throw new InvalidOperationException("not now");
    }

    [Fact]
    public void Meter_NotAmongTheNames_IsNotShown()
    {
        using var other = new Meter("someone.else");
        other.CreateCounter<long>("foreign").Add(1);
        Assert.DoesNotContain("foreign", _exporter.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_CheckedByPromtool_HasNoErrors()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "Needs promtool (Debian package prometheus), which is not in PATH.");
        _meter.CreateHistogram<double>("gen_ai.server.request.duration", "s", "Duration").Record(1, Tag("model", "weird \"\\\n value"));
        _meter.CreateCounter<long>("requests", description: "Requests").Add(1);
        _meter.CreateGauge<double>("load", description: "Load").Record(double.PositiveInfinity);
        _meter.CreateObservableGauge("memory", () => 1L, "By", "Memory");
        var start = new ProcessStartInfo(program!, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(_exporter.Render());
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (process.ExitCode, output));
    }

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}

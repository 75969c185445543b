using System.Diagnostics;
using System.Text.Json;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests;

public sealed class TelemetryPipelineTests
{
    [Fact]
    public async Task Traces_Off_NoSpanIsCreated()
    {
        await using var test = new TestPipeline(TestPipeline.Options());
        Assert.Null(test.Source.StartActivity("chat"));
    }

    [Theory]
    [InlineData("parentbased_always_on", ActivityTraceFlags.None, false)]
    [InlineData("parentbased_always_on", ActivityTraceFlags.Recorded, true)]
    [InlineData("parentbased_always_off", ActivityTraceFlags.Recorded, true)]
    [InlineData("always_on", ActivityTraceFlags.None, true)]
    [InlineData("always_off", ActivityTraceFlags.Recorded, false)]
    public async Task Sampler_WithCallersDecision_DecidesWhatIsExported(string sampler, ActivityTraceFlags flags, bool exported)
    {
        await using var test = new TestPipeline(TestPipeline.Options(("OTEL_TRACES_EXPORTER", "console"), ("OTEL_TRACES_SAMPLER", sampler)));
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, null, isRemote: true);
        using (var span = test.Source.StartActivity("chat", ActivityKind.Server, parent))
            Assert.Equal(parent.TraceId, span?.TraceId ?? parent.TraceId);
        Assert.Equal(exported, test.OutputText().Length > 0);
    }

    [Fact]
    public async Task ConsoleTraces_SpanEnds_OneJsonLineAtOnce()
    {
        await using var test = new TestPipeline(TestPipeline.Options(("OTEL_TRACES_EXPORTER", "console")));
        using (var span = test.Source.StartActivity("chat")!) span.SetTag("gen_ai.request.model", "m").SetTag("vector", new[] { 1.5, 2 }).SetStatus(ActivityStatusCode.Ok);
        var line = JsonDocument.Parse(Assert.Single(test.OutputText().Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal(("chat", "Ok"), (line.Text("name"), line.Text("status")));
        Assert.Equal("""{"gen_ai.request.model":"m","vector":[1.5,2]}""", line.GetProperty("attributes").GetRawText());
    }

    [Theory]
    [InlineData("cumulative", "3", "5")]
    [InlineData("delta", "3", "2")]
    public async Task ConsoleMetrics_Collected_FollowTheTemporality(string temporality, string first, string second)
    {
        await using var test = new TestPipeline(TestPipeline.Options(("OTEL_METRICS_EXPORTER", "console"), ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", temporality)));
        var counter = test.Meter.CreateCounter<long>("requests");
        counter.Add(3);
        await test.FlushAsync();
        counter.Add(2);
        await test.FlushAsync();
        var values = test.OutputText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(metric => metric.Text("name") == "requests").Select(metric => metric.GetProperty("points")[0].GetProperty("value").GetRawText());
        Assert.Equal([first, second], values);
    }

    [Fact]
    public async Task Dispose_Twice_IsHarmless()
    {
        var test = new TestPipeline(TestPipeline.Options(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")) with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        await test.Pipeline.DisposeAsync();
        await test.Pipeline.DisposeAsync();
        Assert.Null(test.Source.StartActivity("after"));
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.Otlp;

/// <summary>Everything that a real collector must see, over both protocols, plain and compressed, with credentials.</summary>
public sealed class CollectorTests
{
    public static TheoryData<string, bool> Transports => new()
    {
        { "http/protobuf", false }, { "http/protobuf", true }, { "grpc", false }, { "grpc", true },
    };

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Span_Exported_ArrivesWithEverythingItCarries(string protocol, bool gzip)
    {
        await using var collector = await Collector.StartAsync(Collector.BearerToken);
        await using var test = new TestPipeline(Options(collector, protocol, gzip, ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test%2Cone")));
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "vendor=1", isRemote: true);
        using (var span = test.Source.StartActivity("chat", ActivityKind.Client, parent)!)
        {
            span.SetTag("text", "Grüße \ud83d\ude80").SetTag("count", 42).SetTag("negative", -7L).SetTag("share", 0.25).SetTag("flag", true)
                .SetTag("vector", new[] { 0.5, -1.0 }).SetTag("tags", new[] { "a", "b" });
            span.AddEvent(new ActivityEvent("first token", tags: new ActivityTagsCollection { ["index"] = 0 }));
            span.SetStatus(ActivityStatusCode.Error, "cancelled");
        }

        await test.FlushAsync();
        var received = Assert.Single(collector.Spans());
        Assert.Equal("chat", received.Text("name"));
        Assert.Equal(parent.TraceId.ToHexString(), received.Text("traceId"));
        Assert.Equal(parent.SpanId.ToHexString(), received.Text("parentSpanId"));
        Assert.Equal("vendor=1", received.Text("traceState"));
        Assert.Equal(3, received.GetProperty("kind").GetInt32());
        Assert.Equal(0x301, received.GetProperty("flags").GetInt32());
        Assert.Equal(2, received.GetProperty("status").GetProperty("code").GetInt32());
        Assert.Equal("cancelled", received.GetProperty("status").Text("message"));
        var attributes = received.Attributes();
        Assert.Equal("Grüße \ud83d\ude80", attributes["text"]);
        Assert.Equal("42", attributes["count"]);
        Assert.Equal("-7", attributes["negative"]);
        Assert.Equal("0.25", attributes["share"]);
        Assert.Equal("True", attributes["flag"]);
        Assert.Equal("""{"values":[{"doubleValue":0.5},{"doubleValue":-1}]}""", attributes["vector"]);
        Assert.Equal("""{"values":[{"stringValue":"a"},{"stringValue":"b"}]}""", attributes["tags"]);
        Assert.Equal("first token", Assert.Single(received.GetProperty("events").EnumerateArray()).Text("name"));
        var resource = collector.Read("traces", "resourceSpans").Single().GetProperty("resource").Attributes();
        Assert.Equal("ai-gateway", resource["service.name"]);
        Assert.Equal("test,one", resource["deployment.environment.name"]);
        var scope = collector.Read("traces", "resourceSpans", "scopeSpans").Single().GetProperty("scope");
        Assert.Equal((test.Source.Name, "1.2.3"), (scope.Text("name"), scope.Text("version")));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Measurements_Exported_ArriveWithAdvisedBuckets(string protocol, bool gzip)
    {
        await using var collector = await Collector.StartAsync(Collector.BearerToken);
        await using var test = new TestPipeline(Options(collector, protocol, gzip));
        var usage = test.Meter.CreateHistogram("gen_ai.client.token.usage", "token", "Tokens", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 4, 16] });
        usage.Record(3, new KeyValuePair<string, object?>("gen_ai.token.type", "input"));
        usage.Record(100, new KeyValuePair<string, object?>("gen_ai.token.type", "input"));
        test.Meter.CreateCounter<long>("requests").Add(7);
        test.Meter.CreateUpDownCounter<long>("in.flight").Add(-2);
        test.Meter.CreateObservableGauge("temperature", () => 36.5);

        await test.FlushAsync();
        var metrics = collector.Metrics().GroupBy(metric => metric.Text("name")).ToDictionary(group => group.Key, group => group.Last());
        var histogram = metrics["gen_ai.client.token.usage"].GetProperty("histogram").GetProperty("dataPoints")[0];
        Assert.Equal("""["0","1","0","1"]""", histogram.GetProperty("bucketCounts").GetRawText());
        Assert.Equal("[1,4,16]", histogram.GetProperty("explicitBounds").GetRawText());
        Assert.Equal(("2", 103), (histogram.Text("count"), histogram.GetProperty("sum").GetInt32()));
        Assert.Equal("input", histogram.Attributes()["gen_ai.token.type"]);
        Assert.Equal("7", metrics["requests"].GetProperty("sum").GetProperty("dataPoints")[0].Text("asInt"));
        Assert.True(metrics["requests"].GetProperty("sum").GetProperty("isMonotonic").GetBoolean());
        Assert.Equal("-2", metrics["in.flight"].GetProperty("sum").GetProperty("dataPoints")[0].Text("asInt"));
        Assert.Equal(36.5, metrics["temperature"].GetProperty("gauge").GetProperty("dataPoints")[0].GetProperty("asDouble").GetDouble());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task AccessLog_Exported_ArrivesAsTypedRecord(string protocol, bool gzip)
    {
        await using var collector = await Collector.StartAsync(Collector.BearerToken);
        await using var test = new TestPipeline(Options(collector, protocol, gzip));
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var entry = test.Pipeline.AccessLog.Rent();
        entry.Timestamp = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 5, TimeSpan.Zero);
        entry.Trace = trace;
        entry.Add("method", "POST");
        entry.Add("response_code", 200);
        entry.Add("duration", 12.5);
        entry.Add("stream", true);
        entry.Add("session.id", null);
        entry.Add("start_time", entry.Timestamp);
        Assert.True(test.Pipeline.AccessLog.TryWrite(entry));

        await test.FlushAsync();
        var record = Assert.Single(collector.LogRecords());
        Assert.Equal("1769860800005000000", record.Text("timeUnixNano"));
        Assert.Equal(trace.TraceId.ToHexString(), record.Text("traceId"));
        Assert.Equal("gateway.access", record.Text("eventName"));
        var attributes = record.Attributes();
        Assert.Equal(["method", "response_code", "duration", "stream", "start_time"], attributes.Keys);
        Assert.Equal(("POST", "200", "12.5", "2026-01-31T12:00:00.005Z"), (attributes["method"], attributes["response_code"], attributes["duration"], attributes["start_time"]));
        Assert.Empty(test.OutputText());
    }

    [Theory]
    [InlineData("http/protobuf", "401")]
    [InlineData("grpc", "UNAUTHENTICATED")]
    public async Task WrongToken_Refused_BatchIsCountedAndSaidOnceWithoutTheToken(string protocol, string status)
    {
        await using var collector = await Collector.StartAsync(Collector.BearerToken);
        await using var test = new TestPipeline(Options(collector, protocol, gzip: false, ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20wrong-secret"))
            with
        { Metrics = SignalExporters.None });
        test.Spans(3);
        await test.FlushAsync();
        test.Spans(2);
        await test.FlushAsync();

        Assert.Empty(collector.Spans());
        var warning = Assert.Single(test.Log.Lines);
        Assert.Contains($"({status}", warning, StringComparison.Ordinal);
        Assert.Contains("check the credentials", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task LongConversation_ThousandAttributes_ArrivesWhole(string protocol)
    {
        await using var collector = await Collector.StartAsync(Collector.BearerToken);
        await using var test = new TestPipeline(Options(collector, protocol, gzip: true));
        using (var span = test.Source.StartActivity("ChatCompletion")!)
        {
            for (var message = 0; message < 500; message++)
            {
                span.SetTag($"llm.input_messages.{message}.message.role", message % 2 == 0 ? "user" : "assistant");
                span.SetTag($"llm.input_messages.{message}.message.content", new string('x', 200));
            }
        }

        await test.FlushAsync();
        var received = Assert.Single(collector.Spans());
        Assert.Equal(1000, received.Attributes().Count);
        Assert.False(received.TryGetProperty("droppedAttributesCount", out _));
    }

    [Fact]
    public async Task HugeBatch_OverGrpc_IsSplitBelowTheMessageLimit()
    {
        await using var collector = await Collector.StartAsync(Collector.BearerToken);
        await using var test = new TestPipeline(Options(collector, "grpc", gzip: false));
        var text = new string('x', 1_500_000);
        for (var index = 0; index < 7; index++)
            using (var span = test.Source.StartActivity($"big-{index}")!)
                span.SetTag("input.value", text);

        await test.FlushAsync();
        Assert.Equal(["big-0", "big-1", "big-2", "big-3", "big-4", "big-5", "big-6"], collector.Spans().Select(span => span.Text("name")));
        Assert.Empty(test.Log.Lines);
    }

    private static TelemetryOptions Options(Collector collector, string protocol, bool gzip, params (string Name, string Value)[] more) => TestPipeline.Options(
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", protocol == "grpc" ? collector.Grpc : collector.Http),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", gzip ? "gzip" : "none"),
        .. more.Any(pair => pair.Name.EndsWith("HEADERS", StringComparison.Ordinal)) ? [] : new[] { ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20collector-secret") },
        .. more,
    ]);
}

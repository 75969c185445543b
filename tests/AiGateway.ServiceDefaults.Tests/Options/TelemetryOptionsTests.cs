using AiGateway.ServiceDefaults.Tests.Support;

namespace AiGateway.ServiceDefaults.Tests.Options;

public sealed class TelemetryOptionsTests
{
    [Fact]
    public void Nothing_Set_OnlyAccessLogsOnStandardOutput()
    {
        var options = TestPipeline.Options();
        Assert.Equal((SignalExporters.None, SignalExporters.None, SignalExporters.Console), (options.Traces, options.Metrics, options.Logs));
        Assert.Empty(options.Targets);
        Assert.Contains(new("service.name", "ai-gateway"), options.Resource);
        Assert.Equal(["tracecontext", "baggage"], options.Propagators);
        Assert.Equal(100_000, options.SpanLimits.AttributeCount);
        Assert.Null(options.SpanLimits.AttributeValueLength);
    }

    [Fact]
    public void GeneralEndpoint_HttpDefault_TurnsAllSignalsOnWithTheirPaths()
    {
        var options = TestPipeline.Options(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/base/"));
        Assert.Equal((SignalExporters.Otlp, SignalExporters.Otlp, SignalExporters.Otlp), (options.Traces, options.Metrics, options.Logs));
        Assert.Equal(
            ["http://collector:4318/base/v1/traces", "http://collector:4318/base/v1/metrics", "http://collector:4318/base/v1/logs"],
            options.Targets.Select(target => target.Endpoint.AbsoluteUri));
        Assert.All(options.Targets, target => Assert.Equal(OtlpProtocol.HttpProtobuf, target.Protocol));
    }

    [Fact]
    public void PhoenixSetup_OfThePeer_SendsOnlyTraces()
    {
        var options = TestPipeline.Options(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://phoenix:4317"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_METRICS_EXPORTER", "none"),
            ("OTEL_LOGS_EXPORTER", "console"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"));
        var target = Assert.Single(options.Targets);
        Assert.Equal((OtlpSignal.Traces, OtlpProtocol.Grpc, "http://phoenix:4317/"), (target.Signal, target.Protocol, target.Endpoint.AbsoluteUri));
        Assert.Equal(SignalExporters.Console, options.Logs);
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.SpanBatch.ScheduleDelay);
    }

    [Fact]
    public void SignalVariables_Set_WinOverGeneralOnes()
    {
        var options = TestPipeline.Options(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://general:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces:9/exact"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=1"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "authorization=Bearer%20key"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1500"),
            ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "gzip"));
        var traces = options.Targets.Single(target => target.Signal == OtlpSignal.Traces);
        var logs = options.Targets.Single(target => target.Signal == OtlpSignal.Logs);
        Assert.Equal("https://traces:9/exact", traces.Endpoint.AbsoluteUri);
        Assert.Equal([new("authorization", "Bearer key")], traces.Headers.Reveal());
        Assert.Equal(TimeSpan.FromSeconds(1.5), traces.Timeout);
        Assert.Equal([new("a", "1")], logs.Headers.Reveal());
        Assert.True(logs.Gzip);
        Assert.False(traces.Gzip);
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER", "none")]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    public void Traces_SwitchedOff_StayOffWhateverTheEndpoint(string name, string value)
    {
        var options = TestPipeline.Options((name, value), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("AIGW_OTLP_SINKS", "http://d:4318"));
        Assert.Equal(SignalExporters.None, options.Traces);
        Assert.DoesNotContain(options.Targets, target => target.Signal == OtlpSignal.Traces);
    }

    [Fact]
    public void SdkDisabled_AccessLogsStayOnStandardOutput()
    {
        var options = TestPipeline.Options(("OTEL_SDK_DISABLED", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"));
        Assert.Equal((SignalExporters.None, SignalExporters.Console), (options.Metrics, options.Logs));
        Assert.Empty(options.Targets);
    }

    [Theory]
    [InlineData("none", SignalExporters.None)]
    [InlineData("prometheus", SignalExporters.None)]
    [InlineData("console", SignalExporters.Console)]
    [InlineData("otlp", SignalExporters.Otlp)]
    [InlineData("otlp,console", SignalExporters.Otlp | SignalExporters.Console)]
    public void MetricsExporter_Value_SelectsAdditionalExporters(string value, SignalExporters expected) =>
        Assert.Equal(expected, TestPipeline.Options(("OTEL_METRICS_EXPORTER", value), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318")).Metrics);

    [Fact]
    public void Sinks_JsonArray_AddTargetsBesideTheStandardOne()
    {
        var options = TestPipeline.Options(
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://phoenix:6006/v1/traces"),
            ("AIGW_OTLP_SINKS", """[{"name":"lake","endpoint":"https://lake:4317","protocol":"grpc","headers":{"x-key":"k"},"signals":["traces","logs"],"compression":"gzip","timeout":2000}]"""));
        Assert.Equal(
            [("default", OtlpSignal.Traces), ("lake", OtlpSignal.Traces), ("lake", OtlpSignal.Logs)],
            options.Targets.Select(target => (target.Sink, target.Signal)));
        var lake = options.Targets[1];
        Assert.Equal((OtlpProtocol.Grpc, true, TimeSpan.FromSeconds(2)), (lake.Protocol, lake.Gzip, lake.Timeout));
        Assert.Equal([new("x-key", "k")], lake.Headers.Reveal());
        Assert.Equal(SignalExporters.Otlp, options.Logs);
        Assert.Equal(SignalExporters.None, options.Metrics);
    }

    [Fact]
    public void Sinks_CommaList_UsesNamesAndSchemes()
    {
        var options = TestPipeline.Options(("AIGW_OTLP_SINKS", "phoenix=http://phoenix:6006, grpcs://collector:4317"), ("OTEL_METRICS_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "none"));
        Assert.Equal(
            [("phoenix", OtlpProtocol.HttpProtobuf, "http://phoenix:6006/v1/traces"), ("sink2", OtlpProtocol.Grpc, "https://collector:4317/")],
            options.Targets.Select(target => (target.Sink, target.Protocol, target.Endpoint.AbsoluteUri)));
    }

    [Fact]
    public void Resource_ServiceName_WinsOverResourceAttributes()
    {
        var options = TestPipeline.Options(("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,openinference.project.name=my%20project"), ("OTEL_SERVICE_NAME", "b"));
        Assert.Contains(new("service.name", "b"), options.Resource);
        Assert.Contains(new("openinference.project.name", "my project"), options.Resource);
    }

    [Theory]
    [InlineData("OTEL_LOGS_EXPORTER", "syslog", "unsupported OTEL_LOGS_EXPORTER value \"syslog\" (allowed: otlp, console, none)")]
    [InlineData("OTEL_METRICS_EXPORTER", "x", "unsupported OTEL_METRICS_EXPORTER value \"x\" (allowed: otlp, console, prometheus, none)")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL=\"http/json\" is not supported; set http/protobuf or grpc")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "OTEL_EXPORTER_OTLP_COMPRESSION=\"zstd\" is not supported; set gzip or none")]
    [InlineData("OTEL_BSP_MAX_QUEUE_SIZE", "many", "OTEL_BSP_MAX_QUEUE_SIZE=\"many\" is not a whole number of at least 1; correct or remove it")]
    [InlineData("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "9000", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=\"9000\" is more than OTEL_BSP_MAX_QUEUE_SIZE (2048); lower it or raise the queue size")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes", "OTEL_TRACES_SAMPLER=\"sometimes\" is not a sampler; set one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio")]
    [InlineData("OTEL_PROPAGATORS", "b4", "OTEL_PROPAGATORS=\"b4\" is not a propagator; choose from tracecontext, baggage, b3, b3multi, jaeger, xray, ottrace, none")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "lowmemory", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=\"lowmemory\" is not supported; set cumulative or delta")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such.pem", "OTEL_EXPORTER_OTLP_CERTIFICATE=\"/no/such.pem\" does not exist or cannot be read; correct the path")]
    [InlineData("OTEL_SDK_DISABLED", "maybe", "OTEL_SDK_DISABLED=\"maybe\" is not a boolean; set true or false")]
    [InlineData("AIGW_OTLP_SINKS", "[{\"endpoint\":\"http://a\",\"colour\":1}]", "AIGW_OTLP_SINKS[1].colour is not known or has the wrong type; known: name, endpoint, protocol, headers, signals, compression, certificate, timeout (milliseconds)")]
    public void Value_Unusable_IsNamedWithItsRemedy(string name, string value, string expected)
    {
        var fault = Assert.Throws<TelemetryOptionsException>(() => TestPipeline.Options((name, value), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318")));
        Assert.Equal([expected], fault.Errors);
    }

    [Fact]
    public void Values_SeveralUnusable_AreAllReportedAtOnce()
    {
        var fault = Assert.Throws<TelemetryOptionsException>(() => TestPipeline.Options(
            ("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_BLRP_SCHEDULE_DELAY", "-1"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"), ("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "2")));
        Assert.Equal(4, fault.Errors.Count);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "hush-hush")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hush-hush%0d%0ax: y")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hush-hush@host")]
    [InlineData("AIGW_OTLP_SINKS", "[{\"endpoint\":\"http://a\",\"headers\":{\"authorization\":\"hush-hush\"},]")]
    [InlineData("AIGW_OTLP_SINKS", "[{\"endpoint\":\"http://a\",\"headers\":\"hush-hush\"}]")]
    public void Error_AboutACredential_DoesNotRepeatIt(string name, string value)
    {
        var fault = Assert.Throws<TelemetryOptionsException>(() => TestPipeline.Options((name, value), ("OTEL_TRACES_EXPORTER", "otlp")));
        Assert.DoesNotContain("hush-hush", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_OfATarget_MasksHeaderValues()
    {
        var options = TestPipeline.Options(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hush-hush"));
        Assert.Contains("authorization=***", options.Targets[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", options.Targets[0].ToString(), StringComparison.Ordinal);
    }
}

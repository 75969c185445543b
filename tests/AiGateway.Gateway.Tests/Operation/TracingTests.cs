using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AiGateway.Gateway.Tests.Support;
using AiGateway.TestSupport.Upstream;

namespace AiGateway.Gateway.Tests.Operation;

/// <summary>Trace headers towards the provider, and what is said about spans that lost attributes.</summary>
public sealed class TracingTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736", Span = "00f067aa0ba902b7";

    /// <summary>Metrics pages show every host of the process, so these requests stay out of the sums of other tests.</summary>
    private const string Model = "traced";

    private static readonly string s_chat = Samples.Chat.Replace("\"m\"", $"\"{Model}\"", StringComparison.Ordinal);

    public static TheoryData<string, string[]> Formats => new()
    {
        { "tracecontext", [$"traceparent: 00-{Trace}-{Span}-01"] },
        { "b3", [$"b3: {Trace}-{Span}-1"] },
        { "b3multi", [$"x-b3-traceid: {Trace}", $"x-b3-spanid: {Span}", "x-b3-sampled: 1"] },
        { "jaeger", [$"uber-trace-id: {Trace}:{Span}:0:1"] },
        { "xray", [$"x-amzn-trace-id: Root=1-{Trace[..8]}-{Trace[8..]};Parent={Span};Sampled=1"] },
        { "ottrace", [$"ot-tracer-traceid: {Trace[16..]}", $"ot-tracer-spanid: {Span}", "ot-tracer-sampled: true"] },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task TraceHeaders_OfTheClient_AreReplacedByTheSpans(string propagator, string[] fields)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route(Model, upstream.Port), null, ("OTEL_TRACES_EXPORTER", "console"), ("OTEL_PROPAGATORS", propagator));
        var sent = Headers(fields);

        await gateway.AskAsync("/v1/chat/completions", s_chat, sent);

        var received = (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).Headers;
        var values = string.Join(' ', sent.Select(field => Assert.Single(received.All(field.Name))));
        Assert.Contains(Trace[16..], values, StringComparison.Ordinal);
        Assert.DoesNotContain(Span, values, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task TraceHeaders_WithoutASpan_PassUnchanged(string propagator, string[] fields)
    {
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, Samples.ChatAnswer));
        static GatewayHostOptions Without(GatewayHostOptions options) =>
            new() { AdminPort = 0, DefaultAddresses = options.DefaultAddresses, Logs = options.Logs, Environment = options.Environment, Sinks = options.Sinks };
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route(Model, upstream.Port), Without, ("OTEL_PROPAGATORS", propagator));
        var sent = Headers(fields);

        await gateway.AskAsync("/v1/chat/completions", s_chat, sent);

        var received = (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).Headers;
        Assert.All(sent, field => Assert.Equal(field.Value, received[field.Name]));
    }

    [Fact]
    public async Task Span_ExtractionFails_IsCountedByName()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "aigateway.span.attributes.dropped") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Enqueue($"{count} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        await using var upstream = await MockUpstream.StartAsync();
        upstream.Answer(MockAnswer.Json(200, """{"model":"m","data":[{"index":0,"embedding":"!!"}]}"""));
        await using var gateway = await GatewayUnderTest.StartAsync(new TestSnapshot().Route(Model, upstream.Port), null, ("OTEL_TRACES_EXPORTER", "console"));

        await gateway.AskAsync("/v1/embeddings", $$"""{"model":"{{Model}}","input":"a"}""");
        await gateway.NextRecordAsync();
        await gateway.Host.DisposeAsync(); // builds the spans that wait

        Assert.Contains("1 extraction=embedding vectors error.type=FormatException", counted);
        gateway.Logs.ExpectNoErrors();
    }

    private static (string Name, string Value)[] Headers(string[] fields) => [.. fields.Select(static field => field.Split(": ")).Select(static parts => (parts[0], parts[1]))];
}

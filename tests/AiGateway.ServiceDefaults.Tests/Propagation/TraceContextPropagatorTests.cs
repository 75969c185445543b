using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Tests.Propagation;

public sealed class TraceContextPropagatorTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736", SpanId = "00f067aa0ba902b7";

    [Theory]
    [InlineData("tracecontext", true)]
    [InlineData("tracecontext", false)]
    [InlineData("b3", true)]
    [InlineData("b3", false)]
    [InlineData("b3multi", true)]
    [InlineData("b3multi", false)]
    [InlineData("jaeger", true)]
    [InlineData("jaeger", false)]
    [InlineData("xray", true)]
    [InlineData("xray", false)]
    public void Context_InjectedAndExtracted_IsTheSame(string format, bool sampled)
    {
        var headers = Inject(format, sampled);
        var extracted = Extract(format, headers);
        Assert.Equal(new ActivityContext(Trace, Span, sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, null, isRemote: true), extracted.Context);
    }

    [Theory]
    [InlineData("tracecontext", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("b3", "b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1")]
    [InlineData("b3multi", "x-b3-sampled: 1|x-b3-spanid: 00f067aa0ba902b7|x-b3-traceid: 4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("jaeger", "uber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1")]
    [InlineData("xray", "x-amzn-trace-id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1")]
    [InlineData("ottrace", "ot-tracer-sampled: true|ot-tracer-spanid: 00f067aa0ba902b7|ot-tracer-traceid: a3ce929d0e0e4736")]
    [InlineData("none", "")]
    public void Context_Injected_HasTheFormatsWording(string format, string expected) =>
        Assert.Equal(expected, string.Join('|', Inject(format, sampled: true).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}")));

    [Theory]
    [InlineData("tracecontext", "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01")]
    [InlineData("tracecontext", "traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("tracecontext", "traceparent", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [InlineData("b3", "b3", "0")]
    [InlineData("b3", "b3", "4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-1")]
    [InlineData("jaeger", "uber-trace-id", "a:b:c")]
    [InlineData("jaeger", "uber-trace-id", "0:0:0:1")]
    [InlineData("xray", "x-amzn-trace-id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1")]
    [InlineData("xray", "x-amzn-trace-id", "Root=1-4bf92f35;Parent=00f067aa0ba902b7")]
    [InlineData("ottrace", "ot-tracer-traceid", "xyz")]
    public void Header_Malformed_CountsAsAbsent(string format, string header, string value) =>
        Assert.False(Extract(format, new() { [header] = value, ["ot-tracer-spanid"] = SpanId }).HasParent);

    [Fact]
    public void OpenTracing_ShortIds_ArePaddedOnTheLeft()
    {
        var extracted = Extract("ottrace", new() { ["ot-tracer-traceid"] = "a3ce929d0e0e4736", ["ot-tracer-spanid"] = "f067aa0ba902b7", ["ot-tracer-sampled"] = "true" });
        Assert.Equal("0000000000000000a3ce929d0e0e4736", extracted.Context.TraceId.ToHexString());
        Assert.Equal("00f067aa0ba902b7", extracted.Context.SpanId.ToHexString());
    }

    [Theory]
    [InlineData("b3multi")]
    [InlineData("b3")]
    public void B3_EitherForm_IsReadByBoth(string format)
    {
        Assert.Equal(TraceId, Extract(format, Inject("b3", sampled: true)).Context.TraceId.ToHexString());
        Assert.Equal(TraceId, Extract(format, Inject("b3multi", sampled: true)).Context.TraceId.ToHexString());
    }

    [Fact]
    public void SeveralFormats_Given_FirstFoundWinsAndAllAreWritten()
    {
        var propagator = new TraceContextPropagator(["b3", "tracecontext"]);
        var headers = Inject("tracecontext", sampled: true);
        headers["b3"] = $"{new string('1', 32)}-{SpanId}-1";
        var extracted = propagator.Extract(headers, s_get);
        Assert.Equal(new string('1', 32), extracted.Context.TraceId.ToHexString());
        var written = new Dictionary<string, string>();
        propagator.Inject(extracted.Context, [], written, s_set);
        Assert.Equal(["b3", "traceparent"], written.Keys.Order());
    }

    [Fact]
    public void Baggage_WithReservedCharacters_SurvivesTheRoundTrip()
    {
        var propagator = new TraceContextPropagator(["baggage"]);
        KeyValuePair<string, string>[] baggage = [new("session.id", "a,b=c; d"), new("user", "Grüße")];
        var headers = new Dictionary<string, string>();
        propagator.Inject(default, baggage, headers, s_set);
        Assert.Equal("session.id=a%2Cb%3Dc%3B%20d,user=Gr%C3%BC%C3%9Fe", headers["baggage"]);
        headers["baggage"] += ";property=1, broken,";
        Assert.Equal(baggage, propagator.Extract(headers, s_get).Baggage);
    }

    [Fact]
    public void Extract_NothingPresent_AllocatesNothing()
    {
        var propagator = new TraceContextPropagator([.. TraceContextPropagator.Names.Except(["none"])]);
        var headers = new Dictionary<string, string> { ["content-type"] = "application/json" };
        propagator.Extract(headers, s_get);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++) propagator.Extract(headers, s_get);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Name_Unknown_IsRefusedWithTheChoices()
    {
        var fault = Assert.Throws<ArgumentException>(() => new TraceContextPropagator(["w3c"]));
        Assert.Contains("tracecontext, baggage, b3, b3multi, jaeger, xray, ottrace, none", fault.Message, StringComparison.Ordinal);
    }

    private static readonly HeaderGetter<Dictionary<string, string>> s_get = static (headers, name) => headers.GetValueOrDefault(name);
    private static readonly HeaderSetter<Dictionary<string, string>> s_set = static (headers, name, value) => headers[name] = value;

    private static ActivityTraceId Trace => ActivityTraceId.CreateFromString(TraceId);

    private static ActivitySpanId Span => ActivitySpanId.CreateFromString(SpanId);

    private static Dictionary<string, string> Inject(string format, bool sampled)
    {
        var headers = new Dictionary<string, string>();
        var context = new ActivityContext(Trace, Span, sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);
        new TraceContextPropagator([format]).Inject(context, [], headers, s_set);
        return headers;
    }

    private static PropagatedContext Extract(string format, Dictionary<string, string> headers) => new TraceContextPropagator([format]).Extract(headers, s_get);
}

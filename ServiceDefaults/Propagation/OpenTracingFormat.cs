using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>The OpenTracing basic tracer's headers <c>ot-tracer-…</c>, whose trace ids have 64 bits: the upper half is lost on the way out.</summary>
internal sealed class OpenTracingFormat : IPropagationFormat
{
    public IReadOnlyList<string> Fields { get; } = ["ot-tracer-traceid", "ot-tracer-spanid", "ot-tracer-sampled"];

    public bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context)
    {
        context = default;
        if (get(carrier, "ot-tracer-traceid") is not { } trace || get(carrier, "ot-tracer-spanid") is not { } span) return false;
        if (!TraceIds.TryTraceId(trace.AsSpan().Trim(), out var traceId) || !TraceIds.TrySpanId(span.AsSpan().Trim(), out var spanId)) return false;
        var sampled = get(carrier, "ot-tracer-sampled") is "true" or "1";
        context = new ActivityContext(traceId, spanId, TraceIds.Flags(sampled), traceState: null, isRemote: true);
        return true;
    }

    public void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set)
    {
        set(carrier, "ot-tracer-traceid", context.TraceId.ToHexString()[16..]);
        set(carrier, "ot-tracer-spanid", context.SpanId.ToHexString());
        set(carrier, "ot-tracer-sampled", context.Sampled() ? "true" : "false");
    }
}

using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary><c>traceparent</c> and <c>tracestate</c> (W3C Trace Context).</summary>
internal sealed class W3CTraceContext : IPropagationFormat
{
    public IReadOnlyList<string> Fields { get; } = ["traceparent", "tracestate"];

    public bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context)
    {
        context = default;
        if (get(carrier, "traceparent") is not { } parent) return false;
        return ActivityContext.TryParse(parent.Trim(), get(carrier, "tracestate"), isRemote: true, out context) && context.TraceId != default;
    }

    public void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set)
    {
        set(carrier, "traceparent", $"00-{context.TraceId}-{context.SpanId}-{(context.Sampled() ? "01" : "00")}");
        if (!string.IsNullOrEmpty(context.TraceState)) set(carrier, "tracestate", context.TraceState);
    }
}

using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>Zipkin's headers <c>x-b3-…</c>.</summary>
internal sealed class B3Multi : IPropagationFormat
{
    public IReadOnlyList<string> Fields { get; } = ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags", "x-b3-parentspanid"];

    public bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context) =>
        B3.TryMulti(carrier, get, out context) || B3.TrySingle(carrier, get, out context);

    public void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set)
    {
        set(carrier, "x-b3-traceid", context.TraceId.ToHexString());
        set(carrier, "x-b3-spanid", context.SpanId.ToHexString());
        set(carrier, "x-b3-sampled", context.Sampled() ? "1" : "0");
    }
}

using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>Zipkin's single header <c>b3: trace-span-sampled-parent</c>.</summary>
internal sealed class B3Single : IPropagationFormat
{
    public IReadOnlyList<string> Fields { get; } = ["b3"];

    public bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context) =>
        B3.TrySingle(carrier, get, out context) || B3.TryMulti(carrier, get, out context);

    public void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set) =>
        set(carrier, "b3", $"{context.TraceId}-{context.SpanId}-{(context.Sampled() ? '1' : '0')}");
}

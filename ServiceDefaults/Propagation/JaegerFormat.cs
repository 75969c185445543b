using System.Diagnostics;
using System.Globalization;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>Jaeger's <c>uber-trace-id: trace:span:parent:flags</c>. Its baggage (one header for each member) is not carried.</summary>
internal sealed class JaegerFormat : IPropagationFormat
{
    public IReadOnlyList<string> Fields { get; } = ["uber-trace-id"];

    public bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context)
    {
        context = default;
        if (get(carrier, "uber-trace-id") is not { } text) return false;
        // Some clients percent-encode the colons.
        if (text.Contains("%3", StringComparison.Ordinal)) text = Uri.UnescapeDataString(text);
        Span<Range> parts = stackalloc Range[5];
        var span = text.AsSpan().Trim();
        if (span.Split(parts, ':') != 4) return false;
        if (!TraceIds.TryTraceId(span[parts[0]], out var traceId) || !TraceIds.TrySpanId(span[parts[1]], out var spanId)) return false;
        if (!byte.TryParse(span[parts[3]], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags)) return false;
        context = new ActivityContext(traceId, spanId, TraceIds.Flags((flags & 1) != 0), traceState: null, isRemote: true);
        return true;
    }

    public void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set) =>
        set(carrier, "uber-trace-id", $"{context.TraceId}:{context.SpanId}:0:{(context.Sampled() ? '1' : '0')}");
}

using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>Reading of both B3 forms; each propagator reads both, as their specification asks, and writes its own.</summary>
internal static class B3
{
    public static bool TrySingle<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context)
    {
        context = default;
        if (get(carrier, "b3") is not { } text) return false;
        Span<Range> parts = stackalloc Range[5];
        var span = text.AsSpan().Trim();
        var count = span.Split(parts, '-');
        if (count is < 2 or > 4) return false; // "0" alone denies sampling but carries no context.
        if (!TraceIds.TryTraceId(span[parts[0]], out var traceId) || !TraceIds.TrySpanId(span[parts[1]], out var spanId)) return false;
        var sampled = count > 2 && span[parts[2]] is "1" or "d" or "true";
        context = new ActivityContext(traceId, spanId, TraceIds.Flags(sampled), traceState: null, isRemote: true);
        return true;
    }

    public static bool TryMulti<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context)
    {
        context = default;
        if (get(carrier, "x-b3-traceid") is not { } trace || get(carrier, "x-b3-spanid") is not { } span) return false;
        if (!TraceIds.TryTraceId(trace.AsSpan().Trim(), out var traceId) || !TraceIds.TrySpanId(span.AsSpan().Trim(), out var spanId)) return false;
        var sampled = get(carrier, "x-b3-sampled") is "1" or "true" || get(carrier, "x-b3-flags") is "1"; // Flags 1 is "debug".
        context = new ActivityContext(traceId, spanId, TraceIds.Flags(sampled), traceState: null, isRemote: true);
        return true;
    }
}

using System.Diagnostics;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary>AWS X-Ray: <c>x-amzn-trace-id: Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled=1</c>.</summary>
internal sealed class XRayFormat : IPropagationFormat
{
    private const int RootLength = 35;

    public IReadOnlyList<string> Fields { get; } = ["x-amzn-trace-id"];

    public bool TryExtract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get, out ActivityContext context)
    {
        context = default;
        if (get(carrier, "x-amzn-trace-id") is not { } text) return false;
        ActivityTraceId traceId = default;
        ActivitySpanId spanId = default;
        var sampled = false;
        foreach (var range in text.AsSpan().Split(';'))
        {
            var member = text.AsSpan()[range].Trim();
            if (member.StartsWith("Root=", StringComparison.OrdinalIgnoreCase) && !TryRoot(member[5..], out traceId)) return false;
            if (member.StartsWith("Parent=", StringComparison.OrdinalIgnoreCase) && !TraceIds.TrySpanId(member[7..], out spanId)) return false;
            if (member.Equals("Sampled=1", StringComparison.OrdinalIgnoreCase)) sampled = true;
        }

        if (traceId == default || spanId == default) return false;
        context = new ActivityContext(traceId, spanId, TraceIds.Flags(sampled), traceState: null, isRemote: true);
        return true;
    }

    public void Inject<TCarrier>(in ActivityContext context, TCarrier carrier, HeaderSetter<TCarrier> set)
    {
        var trace = context.TraceId.ToHexString();
        set(carrier, "x-amzn-trace-id", $"Root=1-{trace.AsSpan(0, 8)}-{trace.AsSpan(8)};Parent={context.SpanId};Sampled={(context.Sampled() ? '1' : '0')}");
    }

    private static bool TryRoot(ReadOnlySpan<char> root, out ActivityTraceId id)
    {
        id = default;
        if (root.Length != RootLength || !root.StartsWith("1-") || root[10] != '-') return false;
        Span<char> hex = stackalloc char[32];
        root[2..10].CopyTo(hex);
        root[11..].CopyTo(hex[8..]);
        return TraceIds.TryTraceId(hex, out id);
    }
}

using System.Collections.Frozen;
using System.Diagnostics;
using AiGateway.ServiceDefaults.Propagation;

namespace AiGateway.ServiceDefaults;

/// <summary>
/// Carries trace contexts between headers and spans in the formats of <c>OTEL_PROPAGATORS</c>. On the way in the first format that finds a context wins; on the
/// way out all of them are written. Allocates nothing when the headers hold no context.
/// </summary>
public sealed class TraceContextPropagator
{
    private static readonly FrozenDictionary<string, IPropagationFormat> s_formats = new Dictionary<string, IPropagationFormat>
    {
        ["tracecontext"] = new W3CTraceContext(),
        ["b3"] = new B3Single(),
        ["b3multi"] = new B3Multi(),
        ["jaeger"] = new JaegerFormat(),
        ["xray"] = new XRayFormat(),
        ["ottrace"] = new OpenTracingFormat(),
    }.ToFrozenDictionary();

    private readonly IPropagationFormat[] _formats;
    private readonly bool _baggage;

    /// <summary>All names that may be given.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "ottrace", "none"];

    /// <param name="names">Some of <see cref="Names"/>, in order of preference.</param>
    /// <exception cref="ArgumentException">A name is not known.</exception>
    public TraceContextPropagator(IReadOnlyList<string> names)
    {
        var unknown = names.Except(Names).ToArray();
        if (unknown.Length > 0)
            throw new ArgumentException($"Unknown propagator {string.Join(", ", unknown)}; choose from {string.Join(", ", Names)}.", nameof(names));
        _formats = [.. names.Where(s_formats.ContainsKey).Select(name => s_formats[name])];
        _baggage = names.Contains("baggage");
        Fields = [.. _formats.SelectMany(format => format.Fields).Concat(_baggage ? ["baggage"] : []).Distinct()];
    }

    /// <summary>Lower-case names of all headers that <see cref="Inject"/> may write; a proxy removes the caller's copies first.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Reads the caller's context. Malformed headers count as absent.</summary>
    public PropagatedContext Extract<TCarrier>(TCarrier carrier, HeaderGetter<TCarrier> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        ActivityContext context = default;
        foreach (var format in _formats)
            if (format.TryExtract(carrier, get, out context))
                break;
        return new PropagatedContext(context, _baggage && get(carrier, "baggage") is { Length: > 0 } text ? W3CBaggage.Parse(text) : []);
    }

    /// <summary>Writes a context, sampled or not, in every format. A default context writes nothing.</summary>
    public void Inject<TCarrier>(in ActivityContext context, IReadOnlyList<KeyValuePair<string, string>> baggage, TCarrier carrier, HeaderSetter<TCarrier> set)
    {
        ArgumentNullException.ThrowIfNull(baggage);
        ArgumentNullException.ThrowIfNull(set);
        if (context.TraceId != default)
            foreach (var format in _formats)
                format.Inject(context, carrier, set);
        if (_baggage && baggage.Count > 0) set(carrier, "baggage", W3CBaggage.Format(baggage));
    }
}

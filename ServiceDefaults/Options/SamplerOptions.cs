using OpenTelemetry.Trace;

namespace AiGateway.ServiceDefaults;

/// <summary>Which traces are recorded.</summary>
/// <param name="Name">A value of <c>OTEL_TRACES_SAMPLER</c>.</param>
/// <param name="Ratio">Share of root traces for the ratio samplers, 0 to 1.</param>
public sealed record SamplerOptions(string Name, double Ratio)
{
    internal static readonly string[] Names =
    [
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
    ];

    /// <summary>Follow the caller; record every root.</summary>
    public static SamplerOptions Default { get; } = new("parentbased_always_on", 1);

    internal Sampler Create() => Name switch
    {
        "always_on" => new AlwaysOnSampler(),
        "always_off" => new AlwaysOffSampler(),
        "traceidratio" => new TraceIdRatioBasedSampler(Ratio),
        "parentbased_always_on" => new ParentBasedSampler(new AlwaysOnSampler()),
        "parentbased_always_off" => new ParentBasedSampler(new AlwaysOffSampler()),
        "parentbased_traceidratio" => new ParentBasedSampler(new TraceIdRatioBasedSampler(Ratio)),
        _ => throw new InvalidOperationException($"Unknown sampler {Name}."),
    };
}

namespace AiGateway.ServiceDefaults;

/// <summary>What the pipeline listens to. A name may end with <c>*</c>.</summary>
/// <param name="Activities">Names of activity sources whose spans are exported.</param>
/// <param name="Meters">Names of meters for the Prometheus page and the metric exporters; the pipeline's own is always among them.</param>
public sealed record TelemetrySources(IReadOnlyList<string> Activities, IReadOnlyList<string> Meters);

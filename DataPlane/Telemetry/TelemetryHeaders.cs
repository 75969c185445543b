namespace AiGateway.DataPlane.Telemetry;

/// <summary>Request headers that become attributes, for each signal, from <c>OTEL_AIGW_*REQUEST_HEADER_ATTRIBUTES</c>.</summary>
/// <param name="Metrics">Metric attributes.</param>
/// <param name="Spans">Span attributes.</param>
/// <param name="Logs">Access log fields and Envoy metadata.</param>
public sealed record TelemetryHeaders(HeaderAttributeMap Metrics, HeaderAttributeMap Spans, HeaderAttributeMap Logs)
{
    private const string SessionDefault = "agent-session-id:session.id";

    /// <summary>Reads the variables.</summary>
    /// <exception cref="FormatException">A pair cannot be read; the message names the variable.</exception>
    public static TelemetryHeaders FromEnvironment(Func<string, string?> environment)
    {
        var general = environment("OTEL_AIGW_REQUEST_HEADER_ATTRIBUTES");
        return new TelemetryHeaders(
            Read("OTEL_AIGW_METRICS_REQUEST_HEADER_ATTRIBUTES", ""),
            Read("OTEL_AIGW_SPAN_REQUEST_HEADER_ATTRIBUTES", SessionDefault),
            Read("OTEL_AIGW_LOG_REQUEST_HEADER_ATTRIBUTES", SessionDefault));

        HeaderAttributeMap Read(string name, string otherwise) => HeaderAttributeMap.Parse(general, environment(name), otherwise, name);
    }
}

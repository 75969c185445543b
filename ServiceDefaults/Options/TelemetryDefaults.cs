namespace AiGateway.ServiceDefaults;

/// <summary>What a host says about itself where the environment says nothing.</summary>
public sealed record TelemetryDefaults
{
    /// <summary><c>service.name</c>.</summary>
    public string ServiceName { get; init; } = "ai-gateway";

    /// <summary><c>service.version</c>; null leaves it out.</summary>
    public string? ServiceVersion { get; init; }

    /// <summary>Further resource attributes; <c>OTEL_RESOURCE_ATTRIBUTES</c> wins over them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ResourceAttributes { get; init; } = [];
}

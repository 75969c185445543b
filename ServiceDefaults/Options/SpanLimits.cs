namespace AiGateway.ServiceDefaults;

/// <summary>What is cut from a span when it is exported. What was cut is counted in the span itself (<c>dropped_*_count</c>).</summary>
public sealed record SpanLimits
{
    /// <summary>
    /// Attributes per span. The OpenTelemetry default of 128 loses most of a long conversation, whose messages are attributes, so ours is 100000.
    /// </summary>
    public int AttributeCount { get; init; } = 100_000;

    /// <summary>Characters per string value; null (the default) for no limit, because a value cut inside JSON is worse than none.</summary>
    public int? AttributeValueLength { get; init; }

    /// <summary>Events per span.</summary>
    public int EventCount { get; init; } = 128;

    /// <summary>Links per span.</summary>
    public int LinkCount { get; init; } = 128;

    /// <summary>Attributes per event.</summary>
    public int EventAttributeCount { get; init; } = 100_000;

    /// <summary>Attributes per link.</summary>
    public int LinkAttributeCount { get; init; } = 128;
}

using System.Diagnostics;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>A span's content, ready to be copied to an <see cref="Activity"/>. Masking has already happened.</summary>
public sealed record SpanRecord
{
    /// <summary>Span name.</summary>
    public required string Name { get; init; }

    /// <summary>OpenTelemetry span kind.</summary>
    public ActivityKind Kind { get; init; } = ActivityKind.Internal;

    /// <summary>In the order in which they should survive a limit. Values are <see cref="string"/>, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <c>double[]</c> or <c>string[]</c>.</summary>
    public required IReadOnlyList<KeyValuePair<string, object>> Attributes { get; init; }

    /// <summary>Events in time order.</summary>
    public IReadOnlyList<SpanEvent> Events { get; init; } = [];

    /// <summary>Never <see cref="ActivityStatusCode.Unset"/>.</summary>
    public required ActivityStatusCode Status { get; init; }

    /// <summary>Only with <see cref="ActivityStatusCode.Error"/>.</summary>
    public string? StatusDescription { get; init; }
}

/// <summary>One span event.</summary>
/// <param name="Name">Event name.</param>
/// <param name="At">Null: the end of the span.</param>
/// <param name="Attributes">String attributes.</param>
public sealed record SpanEvent(string Name, DateTimeOffset? At, IReadOnlyList<KeyValuePair<string, object>> Attributes);

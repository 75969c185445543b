namespace AiGateway.DataPlane.Endpoints;

/// <summary>One client-facing operation.</summary>
public sealed record EndpointDescriptor
{
    /// <summary>Which one.</summary>
    public required EndpointKind Kind { get; init; }

    /// <summary>The client's wire format.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>Path below the dialect's prefix, starts with a slash.</summary>
    public required string Suffix { get; init; }

    /// <summary><c>gen_ai.operation.name</c> on metrics.</summary>
    public required string Operation { get; init; }

    /// <summary>Span name.</summary>
    public required string SpanName { get; init; }

    /// <summary>The body is <c>multipart/form-data</c>; otherwise JSON.</summary>
    public bool Multipart { get; init; }

    /// <summary>Answered from configuration, no body, no upstream.</summary>
    public bool Catalogue { get; init; }

    /// <summary>Answers can be streams of events.</summary>
    public bool Streams { get; init; }

    /// <summary>An absent model is refused before routing.</summary>
    public bool ModelRequired { get; init; }

    /// <summary><c>stream_options.include_usage</c> exists on this operation, so the gateway asks for usage itself.</summary>
    public bool AsksForUsage { get; init; }

    /// <summary>Methods, for the <c>allow</c> header.</summary>
    public string Method => Catalogue ? "GET" : "POST";
}

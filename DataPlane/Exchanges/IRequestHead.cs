namespace AiGateway.DataPlane.Exchanges;

/// <summary>A client request's head, as the host received it.</summary>
public interface IRequestHead
{
    /// <summary>Method, upper case.</summary>
    string Method { get; }

    /// <summary>Path, decoded, without query.</summary>
    string Path { get; }

    /// <summary>Path and query as the client spelled them.</summary>
    string RawTarget { get; }

    /// <summary>Host header or <c>:authority</c>, port included; empty when absent.</summary>
    string Host { get; }

    /// <summary>Value of a header (any case); the last one when it repeats; null when absent.</summary>
    string? Header(string name);

    /// <summary>All headers for cost expressions: looked up in any case.</summary>
    IReadOnlyDictionary<string, string> Headers { get; }
}

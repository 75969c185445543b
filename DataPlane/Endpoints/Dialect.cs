namespace AiGateway.DataPlane.Endpoints;

/// <summary>The wire format a client speaks, fixed by the path. Errors are written in it.</summary>
public enum Dialect
{
    /// <summary>OpenAI.</summary>
    OpenAI,

    /// <summary>Anthropic.</summary>
    Anthropic,

    /// <summary>Cohere.</summary>
    Cohere,
}

using AiGateway.DataPlane.Endpoints;

namespace AiGateway.DataPlane.Errors;

/// <summary>Which error bodies of backends are put into the caller's dialect.</summary>
public static class ErrorWrapping
{
    /// <summary>Bytes of a text that are put into the caller's dialect, at most.</summary>
    public const int LongestText = 256 * 1024;

    /// <summary>Whether a body is wrapped: not JSON, on an operation whose clients expect JSON errors.</summary>
    /// <param name="endpoint">Operation.</param>
    /// <param name="status">The backend's, outside 2xx.</param>
    /// <param name="contentType">The backend's, or null.</param>
    /// <param name="length">Bytes of the body.</param>
    public static bool Wraps(EndpointDescriptor endpoint, int status, string? contentType, int length)
    {
        if (contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true) return false;
        if (endpoint.Kind is EndpointKind.Completions or EndpointKind.CountTokens) return false;
        if (endpoint.Dialect == Dialect.Cohere && contentType is null) return false;
        return length > 0 || status >= 400;
    }
}

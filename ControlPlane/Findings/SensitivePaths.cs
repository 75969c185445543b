namespace AiGateway.ControlPlane.Findings;

/// <summary>Which fields may hold a credential, so that their values stay out of findings.</summary>
internal static class SensitivePaths
{
    /// <summary>True when the value at that path must not be shown.</summary>
    public static bool IsSensitive(string path) =>
        path.StartsWith("data", StringComparison.Ordinal) || path.StartsWith("stringData", StringComparison.Ordinal)
        || path.StartsWith("binaryData", StringComparison.Ordinal)
        || path.Contains(".auth.", StringComparison.Ordinal)
        || path.EndsWith(".inline", StringComparison.Ordinal)
        || (path.EndsWith(".value", StringComparison.Ordinal) && path.Contains("Mutation.", StringComparison.Ordinal))
        || (path.Contains("annotations", StringComparison.Ordinal) && path.Contains("last-applied-configuration", StringComparison.Ordinal));
}

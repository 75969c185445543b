using AiGateway.ControlPlane.Findings;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>What lay in the files at one moment.</summary>
/// <param name="File">How findings name the document.</param>
/// <param name="Text">The document; empty when it could not be read.</param>
/// <param name="Parts">Files beside the main one that it consists of.</param>
/// <param name="Problems">Why there is no document.</param>
internal sealed record ConfigContent(string File, string Text, IReadOnlyList<string> Parts, IReadOnlyList<Finding> Problems)
{
    /// <summary>The main file does not exist.</summary>
    public bool IsMissing { get; init; }
}

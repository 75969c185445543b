using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>The rest of a file cannot be read. Caught by the loader, which turns it into a finding.</summary>
internal sealed class ManifestSyntaxException(Position position, string reason) : Exception(reason)
{
    /// <summary>Where in the file as written.</summary>
    public Position Position { get; } = position;
}

using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Resources;

/// <summary>Adds what a Secret takes from outside its manifest. A process boundary: environment and file system, or nothing behind an API.</summary>
internal interface ISecretSource
{
    /// <summary>Adds or replaces keys of <paramref name="data"/> as the annotations of the Secret say.</summary>
    void Fill(ResourceDocument secret, Dictionary<string, byte[]> data, FindingCollector findings);
}

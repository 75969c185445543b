using System.Text;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>Reads Secret. Messages name keys, never values.</summary>
internal static class SecretReader
{
    public static Secret Read(FieldReader root, ISecretSource source, FindingCollector findings)
    {
        root.Ignore("type", "immutable");
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, value) in root.Map("data"))
        {
            try
            {
                data[key] = Convert.FromBase64String(value);
            }
            catch (FormatException)
            {
                findings.Error(
                    root.Document, Documents.NodePath.Member("data", key), "this is no base64 text", "encode it, or move it to stringData as it is");
            }
        }

        foreach (var (key, value) in root.Map("stringData")) data[key] = Encoding.UTF8.GetBytes(value);
        source.Fill(root.Document, data, findings);
        return new Secret(data) { Document = root.Document };
    }
}

using System.Globalization;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>Reads what all Kubernetes objects have in common: <c>apiVersion</c>, <c>kind</c>, <c>metadata</c>; unwraps <c>kind: List</c>.</summary>
internal static class DocumentReader
{
    public static void Read(string file, Node node, FindingCollector findings, List<ResourceDocument> documents)
    {
        if (node is ScalarNode { Kind: ScalarKind.Null }) return;
        if (node is not MappingNode root)
        {
            Refuse(
                file, node.Position, null, $"a document must be an object, found {node.TypeName}", "start it with apiVersion, kind and metadata", findings);
            return;
        }

        var apiVersion = Text(root, "apiVersion");
        var kind = Text(root, "kind");
        if (apiVersion is null || kind is null)
        {
            var missing = apiVersion is null ? "apiVersion" : "kind";
            Refuse(file, root.Position, missing, "Required value", "every object names its apiVersion and kind", findings);
            return;
        }

        if (kind.EndsWith("List", StringComparison.Ordinal) && root.Value("items") is SequenceNode items)
        {
            foreach (var item in items.Items) Read(file, item, findings, documents);
            return;
        }

        var metadata = root.Value("metadata") as MappingNode;
        var name = metadata is null ? null : Text(metadata, "name");
        if (string.IsNullOrEmpty(name))
        {
            Refuse(file, root.Position, "metadata.name", "Required value", $"give this {kind} a name", findings);
            return;
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        documents.Add(new ResourceDocument
        {
            File = file,
            Root = root,
            Group = slash < 0 ? string.Empty : apiVersion[..slash],
            Version = apiVersion[(slash + 1)..],
            Kind = kind,
            Name = name,
            Namespace = KnownKinds.IsClusterScoped(kind) ? null : Text(metadata!, "namespace") ?? "default",
            Labels = Map(metadata!, "labels"),
            Annotations = Map(metadata!, "annotations"),
            CreationTimestamp = DateTimeOffset.TryParse(
                Text(metadata!, "creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : null,
        });
    }

    private static void Refuse(string file, Position position, string? path, string reason, string fix, FindingCollector findings) =>
        findings.Add(new Finding
        {
            Severity = FindingSeverity.Error,
            File = file,
            Line = position.Line,
            Column = position.Column,
            Path = path,
            Reason = reason,
            Fix = fix,
        });

    private static string? Text(MappingNode mapping, string key) => (mapping.Value(key) as ScalarNode)?.Text;

    private static Dictionary<string, string> Map(MappingNode metadata, string key)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (metadata.Value(key) is not MappingNode map) return result;
        foreach (var entry in map.Entries)
        {
            if (entry.Value is ScalarNode scalar) result[entry.Key] = scalar.Text;
        }

        return result;
    }
}

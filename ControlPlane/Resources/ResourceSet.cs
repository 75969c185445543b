using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources;

/// <summary>Every object of one load, typed, with what was found while reading it. Immutable for its users; the input of compilation.</summary>
public sealed class ResourceSet
{
    private readonly FindingCollector _collector;

    private ResourceSet(FindingCollector collector, ResourceStore store)
    {
        _collector = collector;
        Store = store;
    }

    /// <summary>What was found while reading; compilation adds its own.</summary>
    public IReadOnlyList<Finding> Findings => _collector.Findings;

    /// <summary>True when at least one object or file cannot be used as written.</summary>
    public bool HasErrors => _collector.HasErrors;

    /// <summary>Number of objects of kinds that are acted on or accepted.</summary>
    public int Count => Store.Documents.Count;

    /// <summary>Names of all objects that were read.</summary>
    public IEnumerable<ObjectRef> Objects => Store.Documents.Select(static document => document.Ref);

    internal ResourceStore Store { get; }

    internal static ResourceSet Read(IReadOnlyList<ResourceDocument> documents, FindingCollector findings, ISecretSource secrets)
    {
        var store = new ResourceStore();
        var reader = new ResourceReader(findings, secrets);
        var seen = new Dictionary<(string Group, string Kind, string Key), ResourceDocument>();
        foreach (var document in documents)
        {
            if (!seen.TryAdd((document.Group, document.Kind, document.Key), document))
            {
                var first = seen[(document.Group, document.Kind, document.Key)];
                var place = NodePath.Locate(first.Root, "metadata.name").Position;
                findings.Error(
                    document, "metadata.name", $"this object is given twice, first at {first.File}:{place.Line}:{place.Column}", "remove or rename one of them");
                continue;
            }

            if (reader.Read(document) is not { } resource) continue;
            store.Documents.Add(document);
            if (resource is Resource typed) store.Add(typed);
        }

        return new ResourceSet(findings, store);
    }
}

using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources;

/// <summary>Typed resources by kind and key.</summary>
internal sealed class ResourceStore
{
    private readonly Dictionary<(Type Type, string Key), Resource> _byKey = [];
    private readonly List<Resource> _all = [];

    /// <summary>Every accepted document, also those of kinds that nothing is done with.</summary>
    public List<ResourceDocument> Documents { get; } = [];

    public void Add(Resource resource)
    {
        _all.Add(resource);
        _byKey[(resource.GetType(), resource.Key)] = resource;
    }

    /// <summary>All of one kind in order of precedence: oldest first, then by namespace and name. Objects from files have no age.</summary>
    public IEnumerable<T> All<T>()
        where T : Resource =>
        _all.OfType<T>()
            .OrderBy(static resource => resource.Document.CreationTimestamp ?? DateTimeOffset.MaxValue)
            .ThenBy(static resource => resource.Key, StringComparer.Ordinal);

    public T? Find<T>(string @namespace, string name)
        where T : Resource =>
        _byKey.GetValueOrDefault((typeof(T), @namespace.Length == 0 ? name : $"{@namespace}/{name}")) as T;

    /// <summary>Labels of a namespace; an object for it is optional, its name label is implied.</summary>
    public IReadOnlyDictionary<string, string> NamespaceLabels(string name)
    {
        var labels = new Dictionary<string, string>(
            Documents.Find(document => document is { Group: "", Kind: "Namespace" } && document.Name == name)?.Labels ?? new Dictionary<string, string>(),
            StringComparer.Ordinal)
        { ["kubernetes.io/metadata.name"] = name };
        return labels;
    }
}

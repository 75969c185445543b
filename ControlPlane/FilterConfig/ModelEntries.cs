using AiGateway.Contracts.Snapshots;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary><c>models</c>, <c>modelsByHost</c> and <c>unscopedModels</c>: what model lists show.</summary>
internal static class ModelEntries
{
    /// <summary>One list for all hosts, or one for each host that has its own and one for the others.</summary>
    public static IReadOnlyList<ModelListSpec> Lists(ConfigDocument document, MappingNode root)
    {
        var all = Models(document, root.Value("models"), "models");
        var unscoped = Models(document, root.Value("unscopedModels"), "unscopedModels");
        if (root.Value("modelsByHost") is not { } byHost) return [new ModelListSpec(null, root.Value("unscopedModels") is null ? all : unscoped)];
        if (byHost is not MappingNode hosts)
        {
            document.Error("modelsByHost", $"modelsByHost in body must be of type object: \"{byHost.TypeName}\"");
            return [];
        }

        return
        [
            .. hosts.Entries.Select(host => new ModelListSpec(host.Key.ToLowerInvariant(), Models(document, host.Value, NodePath.Member("modelsByHost", host.Key)))),
            new ModelListSpec(null, unscoped),
        ];
    }

    private static IReadOnlyList<ModelSpec> Models(ConfigDocument document, Node? node, string path) =>
        [.. document.Entries(node, path, "model", "Name", Read).Where(static entry => entry.Problem is null).Select(static entry => entry.Value).DistinctBy(static model => model.Name)];

    // The peer writes these three in capitals and reads any case.
    private static ModelSpec Read(FieldReader fields) => new(
        fields.RequiredText(fields.Has("name") ? "name" : "Name", TextRules.NotEmpty),
        fields.Text(fields.Has("ownedBy") ? "ownedBy" : "OwnedBy") ?? "",
        fields.Time(fields.Has("createdAt") ? "createdAt" : "CreatedAt") ?? DateTimeOffset.UnixEpoch);
}

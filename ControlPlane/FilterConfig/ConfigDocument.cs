using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Manifests;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.Reading;

namespace AiGateway.ControlPlane.FilterConfig;

/// <summary>One YAML or JSON document that is no Kubernetes object, with what is found while it is read.</summary>
internal sealed class ConfigDocument
{
    /// <summary>Stands in for the object of findings that are about the document; they are shown without one.</summary>
    private const string Whole = "document";

    private readonly string _file;
    private readonly FindingCollector _collector = new();

    private ConfigDocument(string file) => _file = file;

    /// <summary>The document; null when there is none to read.</summary>
    public MappingNode? Root { get; private set; }

    /// <summary>Everything found so far, in the order of lines.</summary>
    public IReadOnlyList<Finding> Findings =>
        [.. _collector.Findings.Select(static finding => finding.Object is { Kind: Whole } ? finding with { Object = null } : finding)
            .OrderBy(static finding => finding.Line).ThenBy(static finding => finding.Column)];

    public bool HasErrors => _collector.HasErrors;

    /// <summary>Parses; variables are not substituted, because a program wrote the text and a key may hold a dollar sign.</summary>
    public static ConfigDocument Parse(string text, string file)
    {
        var document = new ConfigDocument(file);
        try
        {
            var roots = YamlTree.Documents(new SourceText(text, text, [])).Where(static node => node is not ScalarNode { Kind: ScalarKind.Null }).ToList();
            if (roots is [MappingNode root]) document.Root = root;
            else if (roots.Count == 0) document.Refuse(new Position(0, 0), "the document is empty", "it is read again when it has content");
            else if (roots.Count > 1) document.Refuse(roots[1].Position, "there must be one document, this is another", "remove it");
            else document.Refuse(roots[0].Position, $"the document must be an object, found {roots[0].TypeName}", "write members such as backends");
        }
        catch (ManifestSyntaxException problem)
        {
            document.Refuse(problem.Position, problem.Message, "correct the YAML");
        }

        return document;
    }

    /// <summary>Reads the document's own members.</summary>
    public FieldReader Reader() => new(About(Whole, Whole), Root!, string.Empty, _collector);

    /// <summary>Reads a list whose entries stand for themselves: what is wrong in one is a warning and takes out that one alone.</summary>
    /// <param name="node">The list; null reads nothing.</param>
    /// <param name="path">Its path.</param>
    /// <param name="kind">What an entry is called in findings.</param>
    /// <param name="nameMember">Member that names an entry.</param>
    /// <param name="read">Reads one entry.</param>
    public IReadOnlyList<ConfigEntry<T>> Entries<T>(Node? node, string path, string kind, string nameMember, Func<FieldReader, T> read)
    {
        if (node is null) return [];
        if (node is SequenceNode list) return [.. list.Items.Select((item, index) => Entry(item, $"{path}[{index}]", kind, nameMember, read)).OfType<ConfigEntry<T>>()];
        _collector.Error(About(Whole, Whole), path, $"{path} in body must be of type array: \"{node.TypeName}\"");
        return [];
    }

    public void Error(string path, string reason, string? fix = null) => _collector.Error(About(Whole, Whole), path, reason, fix);

    public void Warning(string path, string reason, string? fix = null) => _collector.Warning(About(Whole, Whole), path, reason, fix);

    private ConfigEntry<T>? Entry<T>(Node item, string path, string kind, string nameMember, Func<FieldReader, T> read)
    {
        if (item is not MappingNode mapping)
        {
            Warning(path, $"the {kind} must be an object, found {item.TypeName}", "it is left out");
            return null;
        }

        var name = (mapping.Value(nameMember) as ScalarNode)?.Text ?? path;
        var own = new FindingCollector();
        var reader = new FieldReader(About(kind, name), mapping, path, own);
        var value = read(reader);
        reader.Finish();
        foreach (var finding in own.Findings)
            _collector.Add(finding.Severity == FindingSeverity.Warning ? finding : finding with { Severity = FindingSeverity.Warning, Reason = $"{finding.Reason}, the {kind} cannot be used" });
        var first = own.Findings.FirstOrDefault(static finding => finding.Severity == FindingSeverity.Error);
        return new ConfigEntry<T>(value, path, first is null ? null : $"{first.Path}: {first.Reason}");
    }

    private ResourceDocument About(string kind, string name) =>
        new() { File = _file, Root = Root!, Group = string.Empty, Version = string.Empty, Kind = kind, Name = name, Namespace = null };

    private void Refuse(Position at, string reason, string fix) =>
        _collector.Add(new Finding { Severity = FindingSeverity.Error, File = _file, Line = at.Line, Column = at.Column, Reason = reason, Fix = fix });
}

/// <summary>One entry of a list.</summary>
/// <param name="Value">As far as it could be read.</param>
/// <param name="Path">Where it stands.</param>
/// <param name="Problem">What is wrong with it, or null.</param>
internal sealed record ConfigEntry<T>(T Value, string Path, string? Problem);

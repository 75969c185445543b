using System.Text.RegularExpressions;
using AiGateway.ControlPlane.Resources.Documents;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AiGateway.ControlPlane.Manifests;

/// <summary>
/// Builds node trees from YAML events. Strict where a silent choice would hide a mistake (duplicate keys) and bounded where a small file could
/// otherwise become a large one (aliases, depth).
/// </summary>
internal sealed partial class YamlTree
{
    private const int MaxDepth = 64;
    private const long MaxNodes = 1_000_000;

    private readonly SourceText _source;
    private readonly Parser _parser;
    private readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    private long _nodes;

    private YamlTree(SourceText source)
    {
        _source = source;
        _parser = new Parser(new StringReader(source.Text));
    }

    /// <summary>Yields every document of the text; a syntax error is thrown where it stands, after the documents before it.</summary>
    /// <exception cref="ManifestSyntaxException">The text is no YAML, or one of the limits was reached.</exception>
    public static IEnumerable<Node> Documents(SourceText source)
    {
        var tree = new YamlTree(source);
        while (tree.NextDocument() is { } document) yield return document;
    }

    private Node? NextDocument()
    {
        try
        {
            if (!_parser.TryConsume<StreamStart>(out _) && _parser.Current is null) _parser.MoveNext();
            if (_parser.TryConsume<StreamEnd>(out _) || !_parser.TryConsume<DocumentStart>(out _)) return null;
            _anchors.Clear();
            var node = Read(0);
            _parser.Consume<DocumentEnd>();
            return node;
        }
        catch (YamlException problem)
        {
            throw new ManifestSyntaxException(_source.Locate(problem.Start.Index), WithoutMarks(problem));
        }
    }

    private Node Read(int depth)
    {
        var at = _parser.Current!;
        if (depth > MaxDepth) throw Refuse(at, $"values are nested more than {MaxDepth} levels deep");
        var node = _parser.Consume<ParsingEvent>() switch
        {
            AnchorAlias alias => Resolve(alias),
            Scalar scalar => Anchored(scalar, ReadScalar(scalar)),
            SequenceStart sequence => Anchored(sequence, ReadSequence(sequence, depth)),
            MappingStart mapping => Anchored(mapping, ReadMapping(mapping, depth)),
            var other => throw Refuse(other, "a value was expected"),
        };
        return node;
    }

    private Node Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var node)) throw Refuse(alias, $"alias *{alias.Value} names no anchor of this document");
        if (node is null) throw Refuse(alias, $"alias *{alias.Value} stands inside its own anchor");
        Count(alias, node.Size);
        return node;
    }

    private Node Anchored(NodeEvent start, Node node)
    {
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor.Value] = node;
        return node;
    }

    private ScalarNode ReadScalar(Scalar scalar)
    {
        Count(scalar, 1);
        return new ScalarNode(scalar.Value, KindOf(scalar), At(scalar), _source.Substituted(scalar.Start.Index, scalar.End.Index)?.Trim(' ', '"', '\''));
    }

    private SequenceNode ReadSequence(SequenceStart start, int depth)
    {
        Count(start, 1);
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor.Value] = null;
        var items = new List<Node>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(depth + 1));
        return new SequenceNode(items, At(start));
    }

    private MappingNode ReadMapping(MappingStart start, int depth)
    {
        Count(start, 1);
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor.Value] = null;
        var entries = new List<MappingEntry>();
        var positions = new Dictionary<string, Position>(StringComparer.Ordinal);
        var merged = new List<MappingNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar key) throw Refuse(_parser.Current!, "keys must be plain text");
            _parser.MoveNext();
            var position = At(key);
            var value = Read(depth + 1);
            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                merged.AddRange(MergeSources(key, value));
                continue;
            }

            if (!positions.TryAdd(key.Value, position))
                throw Refuse(key, $"key \"{key.Value}\" is given twice, first at line {positions[key.Value].Line}");
            entries.Add(new MappingEntry(key.Value, position, value));
        }

        foreach (var entry in merged.SelectMany(static source => source.Entries))
        {
            if (positions.TryAdd(entry.Key, entry.KeyPosition)) entries.Add(entry);
        }

        return new MappingNode(entries, At(start));
    }

    private IEnumerable<MappingNode> MergeSources(Scalar key, Node value) => value switch
    {
        MappingNode mapping => [mapping],
        SequenceNode list when list.Items.All(static item => item is MappingNode) => list.Items.Cast<MappingNode>(),
        _ => throw Refuse(key, "the merge key << takes a mapping or a list of mappings"),
    };

    private void Count(ParsingEvent at, long nodes)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes) throw Refuse(at, $"the file holds more than {MaxNodes} values, aliases counted");
    }

    private Position At(ParsingEvent parsingEvent) => _source.Locate(parsingEvent.Start.Index);

    private ManifestSyntaxException Refuse(ParsingEvent at, string reason) => new(At(at), reason);

    private static ScalarKind KindOf(Scalar scalar)
    {
        if (!scalar.Tag.IsEmpty)
        {
            return scalar.Tag.Value switch
            {
                "tag:yaml.org,2002:int" => ScalarKind.Integer,
                "tag:yaml.org,2002:float" => ScalarKind.Float,
                "tag:yaml.org,2002:bool" => ScalarKind.Boolean,
                "tag:yaml.org,2002:null" => ScalarKind.Null,
                _ => ScalarKind.String,
            };
        }

        if (scalar.Style != ScalarStyle.Plain) return ScalarKind.String;
        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
            "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Boolean,
            _ when IntegerPattern().IsMatch(scalar.Value) => ScalarKind.Integer,
            _ when FloatPattern().IsMatch(scalar.Value) => ScalarKind.Float,
            _ => ScalarKind.String,
        };
    }

    /// <summary>The library appends line numbers of the substituted text to some messages; ours are those of the file.</summary>
    private static string WithoutMarks(YamlException problem)
    {
        var message = MarkPattern().Replace(problem.InnerException?.Message ?? problem.Message, string.Empty).Trim();
        return message.Length == 0 ? "this is no valid YAML" : message;
    }

    [GeneratedRegex(@"\A(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\z")]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(@"\A(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z")]
    private static partial Regex FloatPattern();

    [GeneratedRegex(@"\(Line: [^)]*\)( - \(Line: [^)]*\))?:?")]
    private static partial Regex MarkPattern();
}

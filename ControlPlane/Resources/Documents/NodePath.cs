using System.Globalization;

namespace AiGateway.ControlPlane.Resources.Documents;

/// <summary>
/// Finds the place of a field path (<c>spec.rules[0].name</c>, <c>metadata.annotations["a/b"]</c>) in a document. Rules can therefore work on typed
/// records and name a path; nobody has to carry positions through the model.
/// </summary>
internal static class NodePath
{
    /// <summary>Where the path, or the closest parent that exists, stands; and the node when the whole path exists.</summary>
    public static (Position Position, Node? Node) Locate(MappingNode root, string path)
    {
        Node node = root;
        var position = root.Position;
        foreach (var step in Steps(path))
        {
            Node? next = null;
            if (step.Key is not null && node is MappingNode mapping && mapping.Entry(step.Key) is { } entry)
            {
                next = entry.Value;
                // A scalar is pointed at itself; of a nested value the key says more than the first line of its content.
                position = next is ScalarNode ? next.Position : entry.KeyPosition;
            }
            else if (step.Key is null && node is SequenceNode sequence && step.Index < sequence.Items.Count)
            {
                next = sequence.Items[step.Index];
                position = next.Position;
            }

            if (next is null) return (position, null);
            node = next;
        }

        return (position, node);
    }

    /// <summary>Appends a member to a path, quoting names that are no plain words.</summary>
    public static string Member(string path, string name)
    {
        if (name.AsSpan().ContainsAny(".[]/\"")) return $"{path}[\"{name}\"]";
        return path.Length == 0 ? name : $"{path}.{name}";
    }

    private static IEnumerable<Step> Steps(string path)
    {
        var at = 0;
        while (at < path.Length)
        {
            if (path[at] == '.')
            {
                at++;
            }
            else if (path[at] == '[')
            {
                var quoted = at + 1 < path.Length && path[at + 1] == '"';
                var close = quoted ? path.IndexOf("\"]", at + 2, StringComparison.Ordinal) : path.IndexOf(']', at);
                if (close < 0) yield break;
                var index = 0;
                // A key that itself looks like path syntax ends the search at its parent.
                if (!quoted && !int.TryParse(path.AsSpan(at + 1, close - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out index)) yield break;
                yield return quoted ? new Step(path[(at + 2)..close], 0) : new Step(null, index);
                at = close + (quoted ? 2 : 1);
            }
            else
            {
                var end = path.AsSpan(at).IndexOfAny('.', '[');
                end = end < 0 ? path.Length : at + end;
                yield return new Step(path[at..end], 0);
                at = end;
            }
        }
    }

    private readonly record struct Step(string? Key, int Index);
}

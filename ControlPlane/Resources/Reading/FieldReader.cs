using System.Globalization;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;

namespace AiGateway.ControlPlane.Resources.Reading;

/// <summary>
/// Reads the members of one object of a manifest, checks each against its limits and remembers which names are known. Reports in the words of the
/// Kubernetes API server, so that a message means the same with and without a cluster. One instance per object; <see cref="Finish"/> ends it.
/// </summary>
internal sealed class FieldReader(ResourceDocument document, MappingNode node, string path, FindingCollector findings)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The object that is being read.</summary>
    public ResourceDocument Document => document;

    /// <summary>Path of this object in the resource; empty at the top.</summary>
    public string Path => path;

    /// <summary>Names of the members given, in order.</summary>
    public IEnumerable<string> Names => node.Entries.Select(static entry => entry.Key);

    /// <summary>Number of members given.</summary>
    public int Count => node.Entries.Count;

    public string At(string name) => NodePath.Member(path, name);

    public bool Has(string name) => node.Value(name) is not null;

    public void Error(string reason, string? fix = null) => findings.Error(document, path, reason, fix);

    public void ErrorAt(string name, string reason, string? fix = null) => findings.Error(document, At(name), reason, fix);

    public void WarningAt(string name, string reason, string? fix = null) => findings.Warning(document, At(name), reason, fix);

    /// <summary>Names that exist and that nothing is done with; their content is not looked at.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names) _known.Add(name);
    }

    /// <summary>Members that are valid and have no effect yet: one warning each when present.</summary>
    public void NotActedOn(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _known.Add(name);
            if (Has(name)) WarningAt(name, "this setting is accepted and not acted on yet");
        }
    }

    /// <summary>Members of older releases: an error that says where the setting went.</summary>
    public void Removed(string name, string hint)
    {
        _known.Add(name);
        if (Has(name)) ErrorAt(name, $"unknown field \"{At(name)}\"", hint);
    }

    public string? Text(string name, TextRule? rule = null)
    {
        if (Take(name) is not { } value) return null;
        if (value is not ScalarNode { Kind: ScalarKind.String } scalar)
        {
            WrongType(At(name), value, "string", value is ScalarNode ? "put the value in quotes" : null);
            return null;
        }

        return Check(At(name), scalar.Text, rule ?? TextRules.Any) ? scalar.Text : null;
    }

    /// <summary>A text that must be there; empty when it is not, after the finding.</summary>
    public string RequiredText(string name, TextRule? rule = null)
    {
        if (!Has(name)) Missing(name);
        return Text(name, rule) ?? string.Empty;
    }

    public string TextOr(string name, string fallback, TextRule? rule = null) => Text(name, rule) ?? fallback;

    public long? Integer(string name, long min = int.MinValue, long max = int.MaxValue)
    {
        if (Take(name) is not { } value) return null;
        if (value is not ScalarNode scalar || !scalar.TryGetInteger(out var number))
        {
            WrongType(At(name), value, "integer");
            return null;
        }

        if (number < min) ErrorAt(name, $"{At(name)} in body should be greater than or equal to {min}");
        else if (number > max) ErrorAt(name, $"{At(name)} in body should be less than or equal to {max}");
        else return number;
        return null;
    }

    public int RequiredInteger(string name, int min, int max)
    {
        if (!Has(name)) Missing(name);
        return (int)(Integer(name, min, max) ?? 0);
    }

    public bool? Boolean(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value is ScalarNode { Kind: ScalarKind.Boolean } scalar) return scalar.Text[0] is 't' or 'T';
        WrongType(At(name), value, "boolean");
        return null;
    }

    public TimeSpan? Duration(string name) => Text(name, TextRules.Duration) is { } text ? DurationText.Parse(text) : null;

    /// <summary>A Kubernetes quantity in bytes, e.g. <c>50Mi</c> or a plain number.</summary>
    public long? Bytes(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value is ScalarNode { Kind: ScalarKind.String or ScalarKind.Integer or ScalarKind.Float } scalar
            && Quantity.TryParseBytes(scalar.Text, out var bytes)) return bytes;
        ErrorAt(
            name, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'", "write a number of bytes or a quantity such as 50Mi");
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && text.Contains('T', StringComparison.OrdinalIgnoreCase)) return time;
        ErrorAt(name, $"{At(name)} in body must be of type date-time: \"{text}\"", "write a time such as 2025-01-31T12:00:00Z");
        return null;
    }

    public T? Object<T>(string name, Func<FieldReader, T> read)
        where T : class =>
        Take(name) is { } value ? ReadObject(At(name), value, read) : null;

    public T? RequiredObject<T>(string name, Func<FieldReader, T> read)
        where T : class
    {
        if (!Has(name)) Missing(name);
        return Object(name, read);
    }

    /// <summary>A list of objects; items that are no objects are reported and left out.</summary>
    public IReadOnlyList<T> List<T>(string name, ListRule rule, Func<FieldReader, T> read)
        where T : class
    {
        var result = new List<T>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, itemPath) in Items(name, rule))
        {
            if (ReadObject(itemPath, item, read) is not { } value) continue;
            result.Add(value);
            if (rule.Key is not null && ((MappingNode)item).Value(rule.Key) is ScalarNode key && !keys.Add(key.Text))
                findings.Error(document, itemPath, $"Duplicate value: {{\"{rule.Key}\":\"{key.Text}\"}}", "remove one of them");
        }

        return result;
    }

    public IReadOnlyList<string> TextList(string name, ListRule rule, TextRule? text = null, bool unique = false)
    {
        var result = new List<string>();
        foreach (var (item, itemPath) in Items(name, rule))
        {
            if (item is not ScalarNode { Kind: ScalarKind.String } scalar) WrongType(itemPath, item, "string", item is ScalarNode ? "put the value in quotes" : null);
            else if (unique && result.Contains(scalar.Text))
                findings.Error(document, itemPath, $"Duplicate value: \"{scalar.Text}\"", "remove one of them");
            else if (Check(itemPath, scalar.Text, text ?? TextRules.Any)) result.Add(scalar.Text);
        }

        return result;
    }

    public IReadOnlyList<int> IntegerList(string name, ListRule rule, int min, int max)
    {
        var result = new List<int>();
        foreach (var (item, itemPath) in Items(name, rule))
        {
            if (item is not ScalarNode scalar || !scalar.TryGetInteger(out var number)) WrongType(itemPath, item, "integer");
            else if (number < min || number > max) findings.Error(document, itemPath, $"must be between {min} and {max}");
            else result.Add((int)number);
        }

        return result;
    }

    /// <summary>A map of texts. Values that are no text are reported with the key, never with the value: maps of this kind hold secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Map(string name)
    {
        if (Take(name) is not { } value) return [];
        if (value is not MappingNode map)
        {
            WrongType(At(name), value, "object");
            return [];
        }

        var result = new List<KeyValuePair<string, string>>();
        foreach (var entry in map.Entries)
        {
            if (entry.Value is ScalarNode { Kind: ScalarKind.String } scalar) result.Add(new(entry.Key, scalar.Text));
            else if (entry.Value is ScalarNode { Kind: ScalarKind.Null }) result.Add(new(entry.Key, string.Empty));
            else
                findings.Error(
                    document, NodePath.Member(At(name), entry.Key), $"must be of type string, found {entry.Value.TypeName}", "put the value in quotes");
        }

        return result;
    }

    /// <summary>Reports every member nobody asked for.</summary>
    public void Finish()
    {
        foreach (var entry in node.Entries)
        {
            if (_known.Contains(entry.Key)) continue;
            var nearest = Spelling.Nearest(entry.Key, _known);
            findings.Error(
                document, At(entry.Key), $"unknown field \"{At(entry.Key)}\"", nearest is null ? "remove it" : $"did you mean \"{nearest}\"?");
        }
    }

    private T? ReadObject<T>(string itemPath, Node value, Func<FieldReader, T> read)
        where T : class
    {
        if (value is not MappingNode mapping)
        {
            WrongType(itemPath, value, "object");
            return null;
        }

        var reader = new FieldReader(document, mapping, itemPath, findings);
        var result = read(reader);
        reader.Finish();
        return result;
    }

    private IEnumerable<(Node Item, string Path)> Items(string name, ListRule rule)
    {
        if (rule.Required && !Has(name)) Missing(name);
        if (Take(name) is not { } value) yield break;
        if (value is not SequenceNode sequence)
        {
            WrongType(At(name), value, "array");
            yield break;
        }

        if (sequence.Items.Count > rule.Max)
            ErrorAt(name, $"Too many: {sequence.Items.Count}: must have at most {rule.Max} items");
        if (sequence.Items.Count < rule.Min)
            ErrorAt(name, $"{At(name)} in body should have at least {rule.Min} items");
        for (var i = 0; i < sequence.Items.Count; i++) yield return (sequence.Items[i], $"{At(name)}[{i}]");
    }

    private bool Check(string at, string value, TextRule rule)
    {
        if (rule.Problem(at, value) is not { } problem) return true;
        findings.Error(document, at, problem, rule.Suggestion(value));
        return false;
    }

    private Node? Take(string name)
    {
        _known.Add(name);
        return node.Value(name);
    }

    private void Missing(string name) => findings.Error(document, At(name), "Required value");

    private void WrongType(string at, Node value, string expected, string? fix = null) =>
        findings.Error(document, at, $"{at} in body must be of type {expected}: \"{value.TypeName}\"", fix);
}

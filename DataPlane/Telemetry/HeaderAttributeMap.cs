using AiGateway.DataPlane.Exchanges;

namespace AiGateway.DataPlane.Telemetry;

/// <summary>Request headers that become attributes: <c>header:attribute,…</c>.</summary>
public sealed class HeaderAttributeMap
{
    private readonly KeyValuePair<string, string>[] _pairs;

    private HeaderAttributeMap(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    /// <summary>Maps nothing.</summary>
    public static HeaderAttributeMap Empty { get; } = new([]);

    /// <summary>Header (lower case) and attribute, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _pairs;

    /// <summary>Base map overlaid by a specific one.</summary>
    /// <param name="general">Setting for all signals; null or empty maps nothing.</param>
    /// <param name="specific">Setting of the signal; null uses <paramref name="specificDefault"/>, empty maps nothing.</param>
    /// <param name="specificDefault">What the signal maps when it is not configured.</param>
    /// <param name="name">Name of the setting, for errors.</param>
    /// <exception cref="FormatException">An empty pair, a missing colon or an empty side.</exception>
    public static HeaderAttributeMap Parse(string? general, string? specific, string specificDefault, string name)
    {
        var merged = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (header, attribute) in Read(general, name).Concat(Read(specific ?? specificDefault, name))) merged[header] = attribute;
        return merged.Count == 0 ? Empty : new HeaderAttributeMap([.. merged]);
    }

    /// <summary>The attributes that a request gives; absent and empty headers give none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Of(IRequestHead head)
    {
        if (_pairs.Length == 0) return [];
        List<KeyValuePair<string, string>>? found = null;
        foreach (var (header, attribute) in _pairs)
        {
            if (head.Header(header) is { Length: > 0 } value) (found ??= []).Add(new(attribute, value));
        }

        return found ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    private static IEnumerable<(string Header, string Attribute)> Read(string? text, string name)
    {
        if (string.IsNullOrWhiteSpace(text)) yield break;
        foreach (var pair in text.Split(','))
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            var header = colon < 0 ? "" : pair[..colon].Trim();
            var attribute = colon < 0 ? "" : pair[(colon + 1)..].Trim();
            if (header.Length == 0 || attribute.Length == 0)
            {
                throw new FormatException($"{name}: \"{pair.Trim()}\" is not header:attribute; write pairs such as agent-session-id:session.id, separated by commas");
            }

            yield return (header.ToLowerInvariant(), attribute);
        }
    }
}

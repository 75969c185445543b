using System.Text;

namespace AiGateway.ControlPlane.Resources.V1;

/// <summary>Secret values; nothing here may be printed.</summary>
internal sealed class Secret : Resource
{
    private readonly Dictionary<string, byte[]> _data;

    public Secret(Dictionary<string, byte[]> data) => _data = data;

    public IEnumerable<string> Keys => _data.Keys.Order(StringComparer.Ordinal);

    /// <summary>The value of a key as text, or null.</summary>
    public string? Text(string key) => _data.TryGetValue(key, out var value) ? Encoding.UTF8.GetString(value) : null;
}

/// <summary>Plain values, e.g. certificates of authorities.</summary>
internal sealed class ConfigMap : Resource
{
    public required IReadOnlyDictionary<string, string> Data { get; init; }
}

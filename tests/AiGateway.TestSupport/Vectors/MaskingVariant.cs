using System.Globalization;
using System.Text.Json;

namespace AiGateway.TestSupport.Vectors;

/// <summary>One privacy setting and its effect in the reference.</summary>
/// <param name="Environment">Variables that are set.</param>
/// <param name="Removed">Attributes that vanish.</param>
/// <param name="Changed">Attributes with another value.</param>
public sealed record MaskingVariant(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Removed, IReadOnlyDictionary<string, object> Changed)
{
    private const string Prefix = "OPENINFERENCE_";

    /// <summary>Limit of base64 images under this setting.</summary>
    public int Base64ImageMaxLength
        => Environment.TryGetValue(Prefix + "BASE64_IMAGE_MAX_LENGTH", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 32000;

    /// <summary>Reads one element of <c>variants</c>.</summary>
    public static MaskingVariant Parse(JsonElement variant) => new(
        variant.GetProperty("env").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal),
        [.. variant.GetProperty("removed").EnumerateArray().Select(key => key.GetString()!)],
        MaskingFile.ReadAttributes(variant.GetProperty("changed")));

    /// <summary>Whether a switch is on; only <c>true</c> in any case counts.</summary>
    public bool IsTrue(string name) => Environment.TryGetValue(Prefix + name, out var text) && text.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Environment.Select(variable => $"{variable.Key}={variable.Value}"));
}

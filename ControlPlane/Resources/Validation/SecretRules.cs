using System.Buffers;
using AiGateway.ControlPlane.Findings;
using AiGateway.ControlPlane.Resources.Documents;
using AiGateway.ControlPlane.Resources.V1;

namespace AiGateway.ControlPlane.Resources.Validation;

/// <summary>Finds secrets that still hold what a guide told the reader to replace.</summary>
internal static class SecretRules
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly SearchValues<char> s_placeholderCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_- .");

    public static void Check(Secret secret, FindingCollector findings)
    {
        var size = 0;
        foreach (var key in secret.Keys)
        {
            var value = secret.Text(key)!;
            size += value.Length;
            if (!IsPlaceholder(value)) continue;
            // Only a text in angle brackets is shown; anything else could be a real key.
            findings.Warning(
                secret.Document,
                NodePath.Member(secret.Document.Root.Value("stringData") is MappingNode map && map.Entry(key) is not null ? "stringData" : "data", key),
                $"key {key} still holds the placeholder {value.Trim()}",
                "put the credential in its place; the provider will refuse requests until then");
        }

        if (size > MaxBytes) findings.Error(secret.Document, string.Empty, "Too long: may not be more than 1048576 bytes");
    }

    /// <summary>True for <c>&lt;YOUR_KEY_HERE&gt;</c> and the like.</summary>
    public static bool IsPlaceholder(string value)
    {
        var text = value.AsSpan().Trim();
        return text.Length is > 2 and <= 80 && text[0] == '<' && text[^1] == '>'
            && text[1..^1].IndexOfAnyExcept(s_placeholderCharacters) < 0;
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AiGateway.TestSupport.Observation;

/// <summary>Plants secrets that exist nowhere else and fails when one of them, plain or encoded, turns up in output.</summary>
public sealed class SecretScan
{
    private readonly List<(string Label, string[] Forms)> _planted = [];

    /// <summary>A new secret; its name says in a failure which one leaked.</summary>
    public string Plant(string label)
    {
        var secret = $"planted/{label}+{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}==";
        _planted.Add((label, Forms(secret)));
        return secret;
    }

    /// <summary>Fails when any planted secret is in <paramref name="text"/>.</summary>
    /// <param name="source">Where the text comes from, for the message.</param>
    /// <param name="text">Any output.</param>
    public void ExpectAbsent(string source, string text)
    {
        foreach (var (label, forms) in _planted)
        {
            foreach (var form in forms)
            {
                var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
                if (at >= 0)
                    throw new ExpectationException($"The secret '{label}' is in {source}: …{text[Math.Max(0, at - 80)..at]}«here»");
            }
        }
    }

    /// <summary>Scans messages, values, scopes and exceptions of all log entries.</summary>
    public void ExpectAbsent(CapturedLogs logs)
    {
        foreach (var entry in logs.Entries)
            ExpectAbsent($"log {entry.Category}[{entry.EventId.Id}]", entry.EverythingAsText());
    }

    /// <summary>Ways in which a secret survives being written: as it is, escaped for JSON or URLs, in base64 or hex.</summary>
    private static string[] Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        string[] forms =
        [
            secret,
            JsonSerializer.Serialize(secret).Trim('"'),
            Uri.EscapeDataString(secret),
            WebUtility.UrlEncode(secret),
            Convert.ToHexString(bytes),

            // Base64 of a longer text that contains the secret: whatever precedes it shifts the bytes by 0, 1 or 2.
            Convert.ToBase64String(bytes)[..^4],
            Convert.ToBase64String([0, .. bytes])[4..^4],
            Convert.ToBase64String([0, 0, .. bytes])[4..^4],
        ];
        return [.. forms.Distinct()];
    }
}

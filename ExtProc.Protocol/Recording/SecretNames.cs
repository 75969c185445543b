using System.Text;

namespace AiGateway.ExtProc.Protocol.Recording;

/// <summary>Which fields hold credentials. By parts of their names: a field too many costs nothing, one too few costs a key.</summary>
public static class SecretNames
{
    /// <summary>What stands in place of a credential.</summary>
    public const string Redacted = "REDACTED";

    private static readonly string[] s_parts = ["auth", "cookie", "token", "secret", "key", "password", "credential", "signature"];

    /// <summary>Whether the value of a field is not for a recording.</summary>
    public static bool IsSecret(string name)
    {
        if (name.StartsWith(':')) return false;
        foreach (var part in s_parts)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>A field's value as it may be recorded. Credentials in a query are found in any value that has one.</summary>
    public static string Redact(string name, string value)
    {
        if (IsSecret(name)) return value.Length == 0 ? value : Redacted;
        var query = value.IndexOf('?', StringComparison.Ordinal);
        return query < 0 || !value.AsSpan(query).Contains('=') ? value : RedactQuery(value, query);
    }

    private static string RedactQuery(string value, int query)
    {
        var redacted = new StringBuilder(value.Length).Append(value, 0, query + 1);
        var first = true;
        foreach (var pair in value[(query + 1)..].Split('&'))
        {
            if (!first) redacted.Append('&');
            first = false;
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && IsSecret(pair[..equals])) redacted.Append(pair, 0, equals + 1).Append(Redacted);
            else redacted.Append(pair);
        }

        return redacted.ToString();
    }
}

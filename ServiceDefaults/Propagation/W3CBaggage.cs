using System.Text;

namespace AiGateway.ServiceDefaults.Propagation;

/// <summary><c>baggage: key=percent-encoded value;property, …</c> (W3C Baggage). Properties are not kept.</summary>
internal static class W3CBaggage
{
    private const int MaxMembers = 180, MaxLength = 8192;

    public static IReadOnlyList<KeyValuePair<string, string>> Parse(string header)
    {
        var members = new List<KeyValuePair<string, string>>();
        var text = header.AsSpan(0, Math.Min(header.Length, MaxLength));
        foreach (var range in text.Split(','))
        {
            if (members.Count == MaxMembers) break;
            var member = text[range];
            var semicolon = member.IndexOf(';');
            if (semicolon >= 0) member = member[..semicolon];
            var equals = member.IndexOf('=');
            if (equals < 1) continue;
            var key = member[..equals].Trim();
            if (key.IsEmpty) continue;
            members.Add(new(key.ToString(), Uri.UnescapeDataString(member[(equals + 1)..].Trim())));
        }

        return members;
    }

    public static string Format(IReadOnlyList<KeyValuePair<string, string>> members)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in members)
        {
            var member = $"{key}={Uri.EscapeDataString(value)}";
            if (text.Length + member.Length + 1 > MaxLength) break;
            if (text.Length > 0) text.Append(',');
            text.Append(member);
        }

        return text.ToString();
    }
}

using System.Text.RegularExpressions;

namespace AiGateway.Cli.Demo.Schemas;

/// <summary>Texts that a schema accepts.</summary>
internal static class SampleTexts
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    /// <summary>A text for the member <paramref name="name"/>; entries of an array differ by <paramref name="index"/>.</summary>
    public static string For(SchemaView schema, string name, int index)
    {
        if (schema.Word("pattern") is { } pattern && PatternSample.TryMake(pattern, out var matching) && Matches(pattern, matching))
            return matching;
        if (schema.Word("format") is { } format && OfFormat(format, index) is { } formatted)
            return formatted;
        return Fit(Plain(name, index), schema.Whole("minLength") ?? 0, schema.Whole("maxLength"));
    }

    /// <summary>A text without demands.</summary>
    public static string Plain(string name, int index) => index == 0 ? $"demo {name}" : $"demo {name} {index + 1}";

    private static string Fit(string text, int least, int? most)
    {
        if (text.Length < least)
            text = text.PadRight(least, '.');
        return most is { } limit && text.Length > limit ? text[..limit] : text;
    }

    private static string? OfFormat(string format, int index) => format switch
    {
        "date-time" => $"2025-01-{index % 28 + 1:00}T12:00:00Z",
        "date" => $"2025-01-{index % 28 + 1:00}",
        "time" => $"12:{index % 60:00}:00Z",
        "duration" => $"P{index + 1}D",
        "email" or "idn-email" => $"demo{index + 1}@example.com",
        "hostname" or "idn-hostname" => $"demo{index + 1}.example.com",
        "ipv4" => $"192.0.2.{index % 254 + 1}",
        "ipv6" => $"2001:db8::{index % 9999 + 1}",
        "uri" or "iri" or "uri-reference" or "iri-reference" => $"https://example.com/demo/{index + 1}",
        "uuid" => $"00000000-0000-4000-8000-{index + 1:000000000000}",
        _ => null,
    };

    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.ECMAScript, s_patience);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
